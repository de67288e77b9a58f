/** What fits generic.json. Generated. */
"use strict";
exports.whole = validate0;
const schema0 = {"title":"generic","description":"Replaces local addresses by ones that the world can answer, in mail on its way out: generic(5).","type":"object","additionalProperties":false,"properties":{"smtp_generic_maps":{"description":"Tables from address to address. `type:name`, separated by commas; `$name` expands.","type":"string","default":"$smtp_generic_maps"}}};

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
if(data.smtp_generic_maps === undefined){
data.smtp_generic_maps = "$smtp_generic_maps";
}
const _errs1 = errors;
for(const key0 in data){
if(!(key0 === "smtp_generic_maps")){
validate0.errors = [{instancePath,schemaPath:"#/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key0},message:"must NOT have additional properties"}];
return false;
break;
}
}
if(_errs1 === errors){
if(typeof data.smtp_generic_maps !== "string"){
validate0.errors = [{instancePath:instancePath+"/smtp_generic_maps",schemaPath:"#/properties/smtp_generic_maps/type",keyword:"type",params:{type: "string"},message:"must be string"}];
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
