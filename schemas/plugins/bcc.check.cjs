/** What fits bcc.json. Generated. */
"use strict";
exports.whole = validate0;
const schema0 = {"title":"bcc","description":"Copies of mail, to addresses that nobody named.","type":"object","additionalProperties":false,"properties":{"always_bcc":{"description":"Address that gets a copy of all mail from clients; `$name` expands.","type":"string","default":"$always_bcc"},"sender_bcc_maps":{"description":"Tables from a sender to the address that gets a copy. `type:name`, separated by commas; `$name` expands.","type":"string","default":"$sender_bcc_maps"},"recipient_bcc_maps":{"description":"Tables from a recipient to the address that gets a copy. `type:name`, separated by commas; `$name` expands.","type":"string","default":"$recipient_bcc_maps"}}};

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
if(data.always_bcc === undefined){
data.always_bcc = "$always_bcc";
}
if(data.sender_bcc_maps === undefined){
data.sender_bcc_maps = "$sender_bcc_maps";
}
if(data.recipient_bcc_maps === undefined){
data.recipient_bcc_maps = "$recipient_bcc_maps";
}
const _errs1 = errors;
for(const key0 in data){
if(!(((key0 === "always_bcc") || (key0 === "sender_bcc_maps")) || (key0 === "recipient_bcc_maps"))){
validate0.errors = [{instancePath,schemaPath:"#/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key0},message:"must NOT have additional properties"}];
return false;
break;
}
}
if(_errs1 === errors){
const _errs2 = errors;
if(typeof data.always_bcc !== "string"){
validate0.errors = [{instancePath:instancePath+"/always_bcc",schemaPath:"#/properties/always_bcc/type",keyword:"type",params:{type: "string"},message:"must be string"}];
return false;
}
var valid0 = _errs2 === errors;
if(valid0){
const _errs4 = errors;
if(typeof data.sender_bcc_maps !== "string"){
validate0.errors = [{instancePath:instancePath+"/sender_bcc_maps",schemaPath:"#/properties/sender_bcc_maps/type",keyword:"type",params:{type: "string"},message:"must be string"}];
return false;
}
var valid0 = _errs4 === errors;
if(valid0){
const _errs6 = errors;
if(typeof data.recipient_bcc_maps !== "string"){
validate0.errors = [{instancePath:instancePath+"/recipient_bcc_maps",schemaPath:"#/properties/recipient_bcc_maps/type",keyword:"type",params:{type: "string"},message:"must be string"}];
return false;
}
var valid0 = _errs6 === errors;
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
