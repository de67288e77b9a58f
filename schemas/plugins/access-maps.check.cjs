/** What fits access-maps.json. Generated. */
"use strict";
exports.whole = validate0;
const schema0 = {"title":"AccessMapsOptions","description":"Options of the plugin access-maps.","type":"object","additionalProperties":false,"required":["subject","table"],"properties":{"subject":{"enum":["client","reverse_client","helo","sender","recipient","etrn","certificate","login"],"description":"What is looked up."},"table":{"type":"string","minLength":3,"pattern":":","description":"The table, as `type:name`."},"search_order":{"type":"array","items":{"enum":["cert_fingerprint","pubkey_fingerprint"]},"default":["cert_fingerprint","pubkey_fingerprint"],"description":"For certificates: which fingerprints are looked up, in this order."}}};
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
if(data.search_order === undefined){
data.search_order = ["cert_fingerprint","pubkey_fingerprint"];
}
let missing0;
if(((data.subject === undefined) && (missing0 = "subject")) || ((data.table === undefined) && (missing0 = "table"))){
validate0.errors = [{instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: missing0},message:"must have required property '"+missing0+"'"}];
return false;
}
else {
const _errs1 = errors;
for(const key0 in data){
if(!(((key0 === "subject") || (key0 === "table")) || (key0 === "search_order"))){
validate0.errors = [{instancePath,schemaPath:"#/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key0},message:"must NOT have additional properties"}];
return false;
break;
}
}
if(_errs1 === errors){
if(data.subject !== undefined){
let data0 = data.subject;
const _errs2 = errors;
if(!((((((((data0 === "client") || (data0 === "reverse_client")) || (data0 === "helo")) || (data0 === "sender")) || (data0 === "recipient")) || (data0 === "etrn")) || (data0 === "certificate")) || (data0 === "login"))){
validate0.errors = [{instancePath:instancePath+"/subject",schemaPath:"#/properties/subject/enum",keyword:"enum",params:{allowedValues: schema0.properties.subject.enum},message:"must be equal to one of the allowed values"}];
return false;
}
var valid0 = _errs2 === errors;
}
else {
var valid0 = true;
}
if(valid0){
if(data.table !== undefined){
let data1 = data.table;
const _errs3 = errors;
if(errors === _errs3){
if(typeof data1 === "string"){
if(func0(data1) < 3){
validate0.errors = [{instancePath:instancePath+"/table",schemaPath:"#/properties/table/minLength",keyword:"minLength",params:{limit: 3},message:"must NOT have fewer than 3 characters"}];
return false;
}
else {
if(!pattern0.test(data1)){
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
var valid0 = _errs3 === errors;
}
else {
var valid0 = true;
}
if(valid0){
let data2 = data.search_order;
const _errs5 = errors;
if(errors === _errs5){
if(Array.isArray(data2)){
var valid1 = true;
const len0 = data2.length;
for(let i0=0; i0<len0; i0++){
let data3 = data2[i0];
const _errs7 = errors;
if(!((data3 === "cert_fingerprint") || (data3 === "pubkey_fingerprint"))){
validate0.errors = [{instancePath:instancePath+"/search_order/" + i0,schemaPath:"#/properties/search_order/items/enum",keyword:"enum",params:{allowedValues: schema0.properties.search_order.items.enum},message:"must be equal to one of the allowed values"}];
return false;
}
var valid1 = _errs7 === errors;
if(!valid1){
break;
}
}
}
else {
validate0.errors = [{instancePath:instancePath+"/search_order",schemaPath:"#/properties/search_order/type",keyword:"type",params:{type: "array"},message:"must be array"}];
return false;
}
}
var valid0 = _errs5 === errors;
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
