/** What fits server-maps.json. Generated. */
"use strict";
exports.whole = validate0;
const schema0 = {"title":"ServerMapsOptions","description":"Options of the plugin server-maps.","type":"object","additionalProperties":false,"required":["subject","servers","table"],"properties":{"subject":{"enum":["client","reverse_client","helo","sender","recipient"],"description":"Whose domain is looked at."},"servers":{"enum":["a","mx","ns"],"description":"Which hosts of that domain are looked up in the table: those of its addresses, its mail exchangers or its name servers."},"table":{"type":"string","minLength":3,"pattern":":","description":"The table, as `type:name`."}}};
const func0 = require("ajv/dist/runtime/ucs2length").default;
const pattern0 = new RegExp(":", "u");

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
let missing0;
if((((data.subject === undefined) && (missing0 = "subject")) || ((data.servers === undefined) && (missing0 = "servers"))) || ((data.table === undefined) && (missing0 = "table"))){
validate0.errors = [{instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: missing0},message:"must have required property '"+missing0+"'"}];
return false;
}
else {
const _errs1 = errors;
for(const key0 in data){
if(!(((key0 === "subject") || (key0 === "servers")) || (key0 === "table"))){
validate0.errors = [{instancePath,schemaPath:"#/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key0},message:"must NOT have additional properties"}];
return false;
break;
}
}
if(_errs1 === errors){
if(data.subject !== undefined){
let data0 = data.subject;
const _errs2 = errors;
if(!(((((data0 === "client") || (data0 === "reverse_client")) || (data0 === "helo")) || (data0 === "sender")) || (data0 === "recipient"))){
validate0.errors = [{instancePath:instancePath+"/subject",schemaPath:"#/properties/subject/enum",keyword:"enum",params:{allowedValues: schema0.properties.subject.enum},message:"must be equal to one of the allowed values"}];
return false;
}
var valid0 = _errs2 === errors;
}
else {
var valid0 = true;
}
if(valid0){
if(data.servers !== undefined){
let data1 = data.servers;
const _errs3 = errors;
if(!(((data1 === "a") || (data1 === "mx")) || (data1 === "ns"))){
validate0.errors = [{instancePath:instancePath+"/servers",schemaPath:"#/properties/servers/enum",keyword:"enum",params:{allowedValues: schema0.properties.servers.enum},message:"must be equal to one of the allowed values"}];
return false;
}
var valid0 = _errs3 === errors;
}
else {
var valid0 = true;
}
if(valid0){
if(data.table !== undefined){
let data2 = data.table;
const _errs4 = errors;
if(errors === _errs4){
if(typeof data2 === "string"){
if(func0(data2) < 3){
validate0.errors = [{instancePath:instancePath+"/table",schemaPath:"#/properties/table/minLength",keyword:"minLength",params:{limit: 3},message:"must NOT have fewer than 3 characters"}];
return false;
}
else {
if(!pattern0.test(data2)){
validate0.errors = [{instancePath:instancePath+"/table",schemaPath:"#/properties/table/pattern",keyword:"pattern",params:{pattern: ":"},message:"must match pattern \""+":"+"\""}];
return false;
}
}
}
else {
validate0.errors = [{instancePath:instancePath+"/table",schemaPath:"#/properties/table/type",keyword:"type",params:{type: "string"},message:"must be string"}];
return false;
}
}
var valid0 = _errs4 === errors;
}
else {
var valid0 = true;
}
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
