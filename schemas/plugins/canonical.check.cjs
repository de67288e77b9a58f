/** What fits canonical.json. Generated. */
"use strict";
exports.whole = validate0;
const schema0 = {"title":"canonical","description":"Rewrites addresses on their way in: canonical(5), masquerading.","type":"object","additionalProperties":false,"properties":{"canonical_maps":{"description":"Tables for all addresses. `type:name`, separated by commas; `$name` expands.","type":"string","default":"$canonical_maps"},"sender_canonical_maps":{"description":"Tables for addresses of senders, before canonical_maps. `type:name`, separated by commas; `$name` expands.","type":"string","default":"$sender_canonical_maps"},"recipient_canonical_maps":{"description":"Tables for addresses of recipients, before canonical_maps. `type:name`, separated by commas; `$name` expands.","type":"string","default":"$recipient_canonical_maps"},"masquerade_domains":{"description":"Domains whose subdomains are hidden; `!domain` is left alone. `$name` expands.","type":"string","default":"$masquerade_domains"}}};

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
if(data.canonical_maps === undefined){
data.canonical_maps = "$canonical_maps";
}
if(data.sender_canonical_maps === undefined){
data.sender_canonical_maps = "$sender_canonical_maps";
}
if(data.recipient_canonical_maps === undefined){
data.recipient_canonical_maps = "$recipient_canonical_maps";
}
if(data.masquerade_domains === undefined){
data.masquerade_domains = "$masquerade_domains";
}
const _errs1 = errors;
for(const key0 in data){
if(!((((key0 === "canonical_maps") || (key0 === "sender_canonical_maps")) || (key0 === "recipient_canonical_maps")) || (key0 === "masquerade_domains"))){
validate0.errors = [{instancePath,schemaPath:"#/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key0},message:"must NOT have additional properties"}];
return false;
break;
}
}
if(_errs1 === errors){
const _errs2 = errors;
if(typeof data.canonical_maps !== "string"){
validate0.errors = [{instancePath:instancePath+"/canonical_maps",schemaPath:"#/properties/canonical_maps/type",keyword:"type",params:{type: "string"},message:"must be string"}];
return false;
}
var valid0 = _errs2 === errors;
if(valid0){
const _errs4 = errors;
if(typeof data.sender_canonical_maps !== "string"){
validate0.errors = [{instancePath:instancePath+"/sender_canonical_maps",schemaPath:"#/properties/sender_canonical_maps/type",keyword:"type",params:{type: "string"},message:"must be string"}];
return false;
}
var valid0 = _errs4 === errors;
if(valid0){
const _errs6 = errors;
if(typeof data.recipient_canonical_maps !== "string"){
validate0.errors = [{instancePath:instancePath+"/recipient_canonical_maps",schemaPath:"#/properties/recipient_canonical_maps/type",keyword:"type",params:{type: "string"},message:"must be string"}];
return false;
}
var valid0 = _errs6 === errors;
if(valid0){
const _errs8 = errors;
if(typeof data.masquerade_domains !== "string"){
validate0.errors = [{instancePath:instancePath+"/masquerade_domains",schemaPath:"#/properties/masquerade_domains/type",keyword:"type",params:{type: "string"},message:"must be string"}];
return false;
}
var valid0 = _errs8 === errors;
}
}
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
