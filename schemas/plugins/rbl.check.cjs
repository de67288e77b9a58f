/** What fits rbl.json. Generated. */
"use strict";
exports.whole = validate0;
const schema0 = {"title":"RblOptions","description":"Options of the plugin rbl.","type":"object","additionalProperties":false,"required":["lists"],"properties":{"lists":{"type":"array","items":{"type":"string","minLength":1},"minItems":1,"description":"DNS lists, each `domain` or `domain=d.d.d.d`, where d is a number or [1..3;9]. They are asked at the same time; the first in this order that knows the subject decides. `$maps_rbl_domains` stands for those of that parameter."},"subject":{"enum":["client","client_name","reverse_client","helo","sender","recipient"],"default":"client","description":"What the lists are asked about: the client's address, or a name."},"allow":{"type":"boolean","default":false,"description":"The lists are allow lists: who is on them is permitted."},"ahead":{"type":"boolean","default":true,"description":"Ask already while the rbl steps right before this one wait for their answers. False spares queries to lists that are paid for by the query."}}};
const func0 = require("ajv/dist/runtime/ucs2length").default;

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
if(data.subject === undefined){
data.subject = "client";
}
if(data.allow === undefined){
data.allow = false;
}
if(data.ahead === undefined){
data.ahead = true;
}
let missing0;
if((data.lists === undefined) && (missing0 = "lists")){
validate0.errors = [{instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: missing0},message:"must have required property '"+missing0+"'"}];
return false;
}
else {
const _errs1 = errors;
for(const key0 in data){
if(!((((key0 === "lists") || (key0 === "subject")) || (key0 === "allow")) || (key0 === "ahead"))){
validate0.errors = [{instancePath,schemaPath:"#/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key0},message:"must NOT have additional properties"}];
return false;
break;
}
}
if(_errs1 === errors){
if(data.lists !== undefined){
let data0 = data.lists;
const _errs2 = errors;
if(errors === _errs2){
if(Array.isArray(data0)){
if(data0.length < 1){
validate0.errors = [{instancePath:instancePath+"/lists",schemaPath:"#/properties/lists/minItems",keyword:"minItems",params:{limit: 1},message:"must NOT have fewer than 1 items"}];
return false;
}
else {
var valid1 = true;
const len0 = data0.length;
for(let i0=0; i0<len0; i0++){
let data1 = data0[i0];
const _errs4 = errors;
if(errors === _errs4){
if(typeof data1 === "string"){
if(func0(data1) < 1){
validate0.errors = [{instancePath:instancePath+"/lists/" + i0,schemaPath:"#/properties/lists/items/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"}];
return false;
}
}
else {
validate0.errors = [{instancePath:instancePath+"/lists/" + i0,schemaPath:"#/properties/lists/items/type",keyword:"type",params:{type: "string"},message:"must be string"}];
return false;
}
}
var valid1 = _errs4 === errors;
if(!valid1){
break;
}
}
}
}
else {
validate0.errors = [{instancePath:instancePath+"/lists",schemaPath:"#/properties/lists/type",keyword:"type",params:{type: "array"},message:"must be array"}];
return false;
}
}
var valid0 = _errs2 === errors;
}
else {
var valid0 = true;
}
if(valid0){
let data2 = data.subject;
const _errs6 = errors;
if(!((((((data2 === "client") || (data2 === "client_name")) || (data2 === "reverse_client")) || (data2 === "helo")) || (data2 === "sender")) || (data2 === "recipient"))){
validate0.errors = [{instancePath:instancePath+"/subject",schemaPath:"#/properties/subject/enum",keyword:"enum",params:{allowedValues: schema0.properties.subject.enum},message:"must be equal to one of the allowed values"}];
return false;
}
var valid0 = _errs6 === errors;
if(valid0){
const _errs7 = errors;
if(typeof data.allow !== "boolean"){
validate0.errors = [{instancePath:instancePath+"/allow",schemaPath:"#/properties/allow/type",keyword:"type",params:{type: "boolean"},message:"must be boolean"}];
return false;
}
var valid0 = _errs7 === errors;
if(valid0){
const _errs9 = errors;
if(typeof data.ahead !== "boolean"){
validate0.errors = [{instancePath:instancePath+"/ahead",schemaPath:"#/properties/ahead/type",keyword:"type",params:{type: "boolean"},message:"must be boolean"}];
return false;
}
var valid0 = _errs9 === errors;
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
