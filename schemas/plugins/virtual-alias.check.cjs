/** What fits virtual-alias.json. Generated. */
"use strict";
exports.whole = validate0;
const schema0 = {"title":"virtual-alias","description":"Recipients become others: virtual(5).","type":"object","additionalProperties":false,"properties":{"virtual_alias_maps":{"description":"Tables from a recipient to the addresses that take its place. `type:name`, separated by commas; `$name` expands.","type":"string","default":"$virtual_alias_maps"}}};

function validate0(data, {instancePath="", parentData, parentDataProperty, rootData=data, dynamicAnchors={}}={}){
let vErrors = null;
let errors = 0;
const evaluated0 = validate0.evaluated;
if(evaluated0.dynamicProps){
evaluated0.props = undefined;
}
if(evaluated0.dynamicItems){
evaluated0.items = undefined;
}
if(errors === 0){
if(data && typeof data == "object" && !Array.isArray(data)){
if(data.virtual_alias_maps === undefined){
data.virtual_alias_maps = "$virtual_alias_maps";
}
const _errs1 = errors;
for(const key0 in data){
if(!(key0 === "virtual_alias_maps")){
validate0.errors = [{instancePath,schemaPath:"#/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key0},message:"must NOT have additional properties"}];
return false;
break;
}
}
if(_errs1 === errors){
if(typeof data.virtual_alias_maps !== "string"){
validate0.errors = [{instancePath:instancePath+"/virtual_alias_maps",schemaPath:"#/properties/virtual_alias_maps/type",keyword:"type",params:{type: "string"},message:"must be string"}];
return false;
}
}
}
else {
validate0.errors = [{instancePath,schemaPath:"#/type",keyword:"type",params:{type: "object"},message:"must be object"}];
return false;
}
}
validate0.errors = vErrors;
return errors === 0;
}
validate0.evaluated = {"props":true,"dynamicProps":false,"dynamicItems":false};
