/** What fits header-checks.json. Generated. */
"use strict";
exports.whole = validate0;
const schema0 = {"title":"header-checks","description":"Inspects headers and body lines of incoming mail with lookup tables: header_checks(5).","type":"object","additionalProperties":false,"properties":{"header_checks":{"description":"Tables for the headers of the message, but for MIME headers. `type:name`, separated by commas.","type":"string","default":""},"mime_header_checks":{"description":"Tables for MIME headers: Content-Type and its like, in the message and in its parts.","type":"string","default":"$header_checks"},"nested_header_checks":{"description":"Tables for the headers of attached messages, but for MIME headers.","type":"string","default":"$header_checks"},"body_checks":{"description":"Tables for all other lines, one at a time; boundaries are among them.","type":"string","default":""},"body_checks_size_limit":{"description":"Bytes of each part of the body in which lines are looked at.","type":"integer","minimum":0,"default":51200}}};

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
if(data.header_checks === undefined){
data.header_checks = "";
}
if(data.mime_header_checks === undefined){
data.mime_header_checks = "$header_checks";
}
if(data.nested_header_checks === undefined){
data.nested_header_checks = "$header_checks";
}
if(data.body_checks === undefined){
data.body_checks = "";
}
if(data.body_checks_size_limit === undefined){
data.body_checks_size_limit = 51200;
}
const _errs1 = errors;
for(const key0 in data){
if(!(((((key0 === "header_checks") || (key0 === "mime_header_checks")) || (key0 === "nested_header_checks")) || (key0 === "body_checks")) || (key0 === "body_checks_size_limit"))){
validate0.errors = [{instancePath,schemaPath:"#/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key0},message:"must NOT have additional properties"}];
return false;
break;
}
}
if(_errs1 === errors){
const _errs2 = errors;
if(typeof data.header_checks !== "string"){
validate0.errors = [{instancePath:instancePath+"/header_checks",schemaPath:"#/properties/header_checks/type",keyword:"type",params:{type: "string"},message:"must be string"}];
return false;
}
var valid0 = _errs2 === errors;
if(valid0){
const _errs4 = errors;
if(typeof data.mime_header_checks !== "string"){
validate0.errors = [{instancePath:instancePath+"/mime_header_checks",schemaPath:"#/properties/mime_header_checks/type",keyword:"type",params:{type: "string"},message:"must be string"}];
return false;
}
var valid0 = _errs4 === errors;
if(valid0){
const _errs6 = errors;
if(typeof data.nested_header_checks !== "string"){
validate0.errors = [{instancePath:instancePath+"/nested_header_checks",schemaPath:"#/properties/nested_header_checks/type",keyword:"type",params:{type: "string"},message:"must be string"}];
return false;
}
var valid0 = _errs6 === errors;
if(valid0){
const _errs8 = errors;
if(typeof data.body_checks !== "string"){
validate0.errors = [{instancePath:instancePath+"/body_checks",schemaPath:"#/properties/body_checks/type",keyword:"type",params:{type: "string"},message:"must be string"}];
return false;
}
var valid0 = _errs8 === errors;
if(valid0){
let data4 = data.body_checks_size_limit;
const _errs10 = errors;
if(!((typeof data4 == "number") && (!(data4 % 1) && !isNaN(data4)))){
validate0.errors = [{instancePath:instancePath+"/body_checks_size_limit",schemaPath:"#/properties/body_checks_size_limit/type",keyword:"type",params:{type: "integer"},message:"must be integer"}];
return false;
}
if(errors === _errs10){
if(typeof data4 == "number"){
if(data4 < 0 || isNaN(data4)){
validate0.errors = [{instancePath:instancePath+"/body_checks_size_limit",schemaPath:"#/properties/body_checks_size_limit/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0},message:"must be >= 0"}];
return false;
}
}
}
var valid0 = _errs10 === errors;
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
