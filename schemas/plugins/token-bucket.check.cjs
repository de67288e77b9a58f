/** What fits token-bucket.json. Generated. */
"use strict";
exports.whole = validate0;
const schema0 = {"title":"TokenBucketOptions","description":"Options of the plugin token-bucket.","type":"object","additionalProperties":false,"required":["key","rate"],"properties":{"key":{"type":"array","minItems":1,"items":{"enum":["client","client_network","client_name","helo","sender","sender_domain","recipient","recipient_domain","sasl_login","listener"]},"description":"What has a bucket of its own: one of these, or several together. A request that lacks one of them is not limited; the null sender is an address like others."},"rate":{"type":"string","pattern":"^[0-9]+(\\.[0-9]+)?/[0-9]*[smhdw]$","expected":"a number and a time, such as 100/1h","description":"So many tokens in this time, such as 100/1h."},"burst":{"type":"integer","minimum":1,"default":10,"description":"Tokens in a full bucket: so much may come at once."},"cost":{"enum":["one","recipients","kilobytes"],"default":"one","description":"Tokens that a request costs: one, or at data and end_of_data one for each recipient, or at end_of_data one for each 1024 bytes begun."},"action":{"enum":["defer","reject"],"default":"defer","description":"What an empty bucket means: come back later, or do not come back."},"text":{"type":"string","minLength":1,"default":"Rate limit exceeded for %k, try again in %s seconds","description":"Text of the refusal: %k is what the bucket is for, %s how many seconds are left."},"exceptions":{"type":"array","items":{"type":"string","minLength":1},"default":[],"description":"Clients that are not limited: names, addresses, networks, tables."},"ipv4_prefix":{"type":"integer","minimum":8,"maximum":32,"default":24,"description":"Bits of client_network for IPv4."},"ipv6_prefix":{"type":"integer","minimum":16,"maximum":128,"default":64,"description":"Bits of client_network for IPv6."},"bucket":{"type":"string","default":"","description":"Steps with the same name here share their buckets; default: the step's id."},"on_failure":{"enum":["open","closed"],"default":"open","description":"When the shared state can not be asked: open does not limit, closed is the step's onError."}}};
const func0 = Object.prototype.hasOwnProperty;
const func1 = require("ajv/dist/runtime/ucs2length").default;
const pattern0 = new RegExp("^[0-9]+(\\.[0-9]+)?/[0-9]*[smhdw]$", "u");

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
if(data.burst === undefined){
data.burst = 10;
}
if(data.cost === undefined){
data.cost = "one";
}
if(data.action === undefined){
data.action = "defer";
}
if(data.text === undefined){
data.text = "Rate limit exceeded for %k, try again in %s seconds";
}
if(data.exceptions === undefined){
data.exceptions = [];
}
if(data.ipv4_prefix === undefined){
data.ipv4_prefix = 24;
}
if(data.ipv6_prefix === undefined){
data.ipv6_prefix = 64;
}
if(data.bucket === undefined){
data.bucket = "";
}
if(data.on_failure === undefined){
data.on_failure = "open";
}
let missing0;
if(((data.key === undefined) && (missing0 = "key")) || ((data.rate === undefined) && (missing0 = "rate"))){
validate0.errors = [{instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: missing0},message:"must have required property '"+missing0+"'"}];
return false;
}
else {
const _errs1 = errors;
for(const key0 in data){
if(!(func0.call(schema0.properties, key0))){
validate0.errors = [{instancePath,schemaPath:"#/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key0},message:"must NOT have additional properties"}];
return false;
break;
}
}
if(_errs1 === errors){
if(data.key !== undefined){
let data0 = data.key;
const _errs2 = errors;
if(errors === _errs2){
if(Array.isArray(data0)){
if(data0.length < 1){
validate0.errors = [{instancePath:instancePath+"/key",schemaPath:"#/properties/key/minItems",keyword:"minItems",params:{limit: 1},message:"must NOT have fewer than 1 items"}];
return false;
}
else {
var valid1 = true;
const len0 = data0.length;
for(let i0=0; i0<len0; i0++){
let data1 = data0[i0];
const _errs4 = errors;
if(!((((((((((data1 === "client") || (data1 === "client_network")) || (data1 === "client_name")) || (data1 === "helo")) || (data1 === "sender")) || (data1 === "sender_domain")) || (data1 === "recipient")) || (data1 === "recipient_domain")) || (data1 === "sasl_login")) || (data1 === "listener"))){
validate0.errors = [{instancePath:instancePath+"/key/" + i0,schemaPath:"#/properties/key/items/enum",keyword:"enum",params:{allowedValues: schema0.properties.key.items.enum},message:"must be equal to one of the allowed values"}];
return false;
}
var valid1 = _errs4 === errors;
if(!valid1){
break;
}
}
}
}
else {
validate0.errors = [{instancePath:instancePath+"/key",schemaPath:"#/properties/key/type",keyword:"type",params:{type: "array"},message:"must be array"}];
return false;
}
}
var valid0 = _errs2 === errors;
}
else {
var valid0 = true;
}
if(valid0){
if(data.rate !== undefined){
let data2 = data.rate;
const _errs5 = errors;
if(errors === _errs5){
if(typeof data2 === "string"){
if(!pattern0.test(data2)){
validate0.errors = [{instancePath:instancePath+"/rate",schemaPath:"#/properties/rate/pattern",keyword:"pattern",params:{pattern: "^[0-9]+(\\.[0-9]+)?/[0-9]*[smhdw]$"},message:"must match pattern \""+"^[0-9]+(\\.[0-9]+)?/[0-9]*[smhdw]$"+"\""}];
return false;
}
}
else {
validate0.errors = [{instancePath:instancePath+"/rate",schemaPath:"#/properties/rate/type",keyword:"type",params:{type: "string"},message:"must be string"}];
return false;
}
}
var valid0 = _errs5 === errors;
}
else {
var valid0 = true;
}
if(valid0){
let data3 = data.burst;
const _errs7 = errors;
if(!((typeof data3 == "number") && (!(data3 % 1) && !isNaN(data3)))){
validate0.errors = [{instancePath:instancePath+"/burst",schemaPath:"#/properties/burst/type",keyword:"type",params:{type: "integer"},message:"must be integer"}];
return false;
}
if(errors === _errs7){
if(typeof data3 == "number"){
if(data3 < 1 || isNaN(data3)){
validate0.errors = [{instancePath:instancePath+"/burst",schemaPath:"#/properties/burst/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1"}];
return false;
}
}
}
var valid0 = _errs7 === errors;
if(valid0){
let data4 = data.cost;
const _errs9 = errors;
if(!(((data4 === "one") || (data4 === "recipients")) || (data4 === "kilobytes"))){
validate0.errors = [{instancePath:instancePath+"/cost",schemaPath:"#/properties/cost/enum",keyword:"enum",params:{allowedValues: schema0.properties.cost.enum},message:"must be equal to one of the allowed values"}];
return false;
}
var valid0 = _errs9 === errors;
if(valid0){
let data5 = data.action;
const _errs10 = errors;
if(!((data5 === "defer") || (data5 === "reject"))){
validate0.errors = [{instancePath:instancePath+"/action",schemaPath:"#/properties/action/enum",keyword:"enum",params:{allowedValues: schema0.properties.action.enum},message:"must be equal to one of the allowed values"}];
return false;
}
var valid0 = _errs10 === errors;
if(valid0){
let data6 = data.text;
const _errs11 = errors;
if(errors === _errs11){
if(typeof data6 === "string"){
if(func1(data6) < 1){
validate0.errors = [{instancePath:instancePath+"/text",schemaPath:"#/properties/text/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"}];
return false;
}
}
else {
validate0.errors = [{instancePath:instancePath+"/text",schemaPath:"#/properties/text/type",keyword:"type",params:{type: "string"},message:"must be string"}];
return false;
}
}
var valid0 = _errs11 === errors;
if(valid0){
let data7 = data.exceptions;
const _errs13 = errors;
if(errors === _errs13){
if(Array.isArray(data7)){
var valid2 = true;
const len1 = data7.length;
for(let i1=0; i1<len1; i1++){
let data8 = data7[i1];
const _errs15 = errors;
if(errors === _errs15){
if(typeof data8 === "string"){
if(func1(data8) < 1){
validate0.errors = [{instancePath:instancePath+"/exceptions/" + i1,schemaPath:"#/properties/exceptions/items/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"}];
return false;
}
}
else {
validate0.errors = [{instancePath:instancePath+"/exceptions/" + i1,schemaPath:"#/properties/exceptions/items/type",keyword:"type",params:{type: "string"},message:"must be string"}];
return false;
}
}
var valid2 = _errs15 === errors;
if(!valid2){
break;
}
}
}
else {
validate0.errors = [{instancePath:instancePath+"/exceptions",schemaPath:"#/properties/exceptions/type",keyword:"type",params:{type: "array"},message:"must be array"}];
return false;
}
}
var valid0 = _errs13 === errors;
if(valid0){
let data9 = data.ipv4_prefix;
const _errs17 = errors;
if(!((typeof data9 == "number") && (!(data9 % 1) && !isNaN(data9)))){
validate0.errors = [{instancePath:instancePath+"/ipv4_prefix",schemaPath:"#/properties/ipv4_prefix/type",keyword:"type",params:{type: "integer"},message:"must be integer"}];
return false;
}
if(errors === _errs17){
if(typeof data9 == "number"){
if(data9 > 32 || isNaN(data9)){
validate0.errors = [{instancePath:instancePath+"/ipv4_prefix",schemaPath:"#/properties/ipv4_prefix/maximum",keyword:"maximum",params:{comparison: "<=", limit: 32},message:"must be <= 32"}];
return false;
}
else {
if(data9 < 8 || isNaN(data9)){
validate0.errors = [{instancePath:instancePath+"/ipv4_prefix",schemaPath:"#/properties/ipv4_prefix/minimum",keyword:"minimum",params:{comparison: ">=", limit: 8},message:"must be >= 8"}];
return false;
}
}
}
}
var valid0 = _errs17 === errors;
if(valid0){
let data10 = data.ipv6_prefix;
const _errs19 = errors;
if(!((typeof data10 == "number") && (!(data10 % 1) && !isNaN(data10)))){
validate0.errors = [{instancePath:instancePath+"/ipv6_prefix",schemaPath:"#/properties/ipv6_prefix/type",keyword:"type",params:{type: "integer"},message:"must be integer"}];
return false;
}
if(errors === _errs19){
if(typeof data10 == "number"){
if(data10 > 128 || isNaN(data10)){
validate0.errors = [{instancePath:instancePath+"/ipv6_prefix",schemaPath:"#/properties/ipv6_prefix/maximum",keyword:"maximum",params:{comparison: "<=", limit: 128},message:"must be <= 128"}];
return false;
}
else {
if(data10 < 16 || isNaN(data10)){
validate0.errors = [{instancePath:instancePath+"/ipv6_prefix",schemaPath:"#/properties/ipv6_prefix/minimum",keyword:"minimum",params:{comparison: ">=", limit: 16},message:"must be >= 16"}];
return false;
}
}
}
}
var valid0 = _errs19 === errors;
if(valid0){
const _errs21 = errors;
if(typeof data.bucket !== "string"){
validate0.errors = [{instancePath:instancePath+"/bucket",schemaPath:"#/properties/bucket/type",keyword:"type",params:{type: "string"},message:"must be string"}];
return false;
}
var valid0 = _errs21 === errors;
if(valid0){
let data12 = data.on_failure;
const _errs23 = errors;
if(!((data12 === "open") || (data12 === "closed"))){
validate0.errors = [{instancePath:instancePath+"/on_failure",schemaPath:"#/properties/on_failure/enum",keyword:"enum",params:{allowedValues: schema0.properties.on_failure.enum},message:"must be equal to one of the allowed values"}];
return false;
}
var valid0 = _errs23 === errors;
}
}
}
}
}
}
}
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
