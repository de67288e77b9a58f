/** What fits http-policy.answer.json. Generated. */
"use strict";
exports.whole = validate0;
const schema0 = {"title":"HttpPolicyAnswer","description":"What a service answers to the plugin http-policy, with status 200. 204 without a body is dunno.","type":"object","additionalProperties":false,"required":["action"],"properties":{"action":{"enum":["dunno","permit","reject","defer","discard","defer_if_permit","defer_if_reject"],"description":"dunno: no opinion. permit: the list ends. reject, defer: this command is refused for good, for now. discard: taken and thrown away. defer_if_permit: refused for now unless something else refuses. defer_if_reject: for now where something else would refuse for good."},"code":{"type":"integer","minimum":400,"maximum":599,"description":"Reply code; of reject 5xx (554), of the others 4xx (450). 421 and 521 hang up."},"status":{"type":"string","pattern":"^[45]\\.\\d{1,3}\\.\\d{1,3}$","description":"Enhanced status code; default X.7.1."},"text":{"type":"string","maxLength":480,"pattern":"^[^\\u0000-\\u001f\\u007f-\\u009f\\u2028\\u2029]*$","description":"The reply's text; default says what is refused. Of discard: for the log."},"edits":{"type":"array","maxItems":50,"description":"Changes of the message, made when it is stored; they count whatever the action is.","items":{"oneOf":[{"type":"object","additionalProperties":false,"required":["kind"],"description":"It waits in the queue until it is released.","properties":{"kind":{"const":"hold"},"text":{"type":"string","maxLength":480,"pattern":"^[^\\u0000-\\u001f\\u007f-\\u009f\\u2028\\u2029]*$"}}},{"type":"object","additionalProperties":false,"required":["kind","address"],"description":"It goes to this address instead of its recipients.","properties":{"kind":{"const":"redirect"},"address":{"type":"string","maxLength":320,"pattern":"^[^\\s\\u0000-\\u001f\\u007f<>]+@[^\\s\\u0000-\\u001f\\u007f<>]+$"}}},{"type":"object","additionalProperties":false,"required":["kind","address"],"description":"It goes to this address too.","properties":{"kind":{"const":"bcc"},"address":{"type":"string","maxLength":320,"pattern":"^[^\\s\\u0000-\\u001f\\u007f<>]+@[^\\s\\u0000-\\u001f\\u007f<>]+$"}}},{"type":"object","additionalProperties":false,"required":["kind","header"],"description":"A header field before all others; not at end_of_data.","properties":{"kind":{"const":"prepend"},"header":{"type":"string","maxLength":998,"pattern":"^[!-9;-~]+:[^\\u0000-\\u001f\\u007f]*$"}}},{"type":"object","additionalProperties":false,"required":["kind","destination"],"description":"It goes to this transport:nexthop.","properties":{"kind":{"const":"filter"},"destination":{"type":"string","maxLength":320,"pattern":"^[A-Za-z0-9_.-]+:[!-~]*$"}}}]}}},"allOf":[{"if":{"properties":{"action":{"const":"reject"}}},"then":{"properties":{"code":{"minimum":500},"status":{"pattern":"^5"}}},"else":{"properties":{"code":{"maximum":499},"status":{"pattern":"^4"}}}},{"if":{"properties":{"action":{"enum":["dunno","permit","discard"]}}},"then":{"properties":{"code":false,"status":false}}}]};
const pattern0 = new RegExp("^5", "u");
const pattern1 = new RegExp("^4", "u");
const pattern2 = new RegExp("^[45]\\.\\d{1,3}\\.\\d{1,3}$", "u");
const pattern3 = new RegExp("^[^\\u0000-\\u001f\\u007f-\\u009f\\u2028\\u2029]*$", "u");
const pattern5 = new RegExp("^[^\\s\\u0000-\\u001f\\u007f<>]+@[^\\s\\u0000-\\u001f\\u007f<>]+$", "u");
const pattern7 = new RegExp("^[!-9;-~]+:[^\\u0000-\\u001f\\u007f]*$", "u");
const pattern8 = new RegExp("^[A-Za-z0-9_.-]+:[!-~]*$", "u");
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
const _errs1 = errors;
const _errs2 = errors;
let valid1 = true;
const _errs3 = errors;
if(data && typeof data == "object" && !Array.isArray(data)){
if(data.action !== undefined){
if("reject" !== data.action){
const err0 = {};
if(vErrors === null){
vErrors = [err0];
}
else {
vErrors.push(err0);
}
errors++;
}
}
}
var _valid0 = _errs3 === errors;
errors = _errs2;
if(vErrors !== null){
if(_errs2){
vErrors.length = _errs2;
}
else {
vErrors = null;
}
}
let ifClause0;
if(_valid0){
const _errs5 = errors;
if(data && typeof data == "object" && !Array.isArray(data)){
if(data.code !== undefined){
let data1 = data.code;
const _errs6 = errors;
if(typeof data1 == "number"){
if(data1 < 500 || isNaN(data1)){
validate0.errors = [{instancePath:instancePath+"/code",schemaPath:"#/allOf/0/then/properties/code/minimum",keyword:"minimum",params:{comparison: ">=", limit: 500},message:"must be >= 500"}];
return false;
}
}
var valid3 = _errs6 === errors;
}
else {
var valid3 = true;
}
if(valid3){
if(data.status !== undefined){
let data2 = data.status;
const _errs7 = errors;
if(typeof data2 === "string"){
if(!pattern0.test(data2)){
validate0.errors = [{instancePath:instancePath+"/status",schemaPath:"#/allOf/0/then/properties/status/pattern",keyword:"pattern",params:{pattern: "^5"},message:"must match pattern \""+"^5"+"\""}];
return false;
}
}
var valid3 = _errs7 === errors;
}
else {
var valid3 = true;
}
}
}
var _valid0 = _errs5 === errors;
valid1 = _valid0;
if(valid1){
var props0 = {};
props0.code = true;
props0.status = true;
props0.action = true;
}
ifClause0 = "then";
}
else {
const _errs8 = errors;
if(data && typeof data == "object" && !Array.isArray(data)){
if(data.code !== undefined){
let data3 = data.code;
const _errs9 = errors;
if(typeof data3 == "number"){
if(data3 > 499 || isNaN(data3)){
validate0.errors = [{instancePath:instancePath+"/code",schemaPath:"#/allOf/0/else/properties/code/maximum",keyword:"maximum",params:{comparison: "<=", limit: 499},message:"must be <= 499"}];
return false;
}
}
var valid4 = _errs9 === errors;
}
else {
var valid4 = true;
}
if(valid4){
if(data.status !== undefined){
let data4 = data.status;
const _errs10 = errors;
if(typeof data4 === "string"){
if(!pattern1.test(data4)){
validate0.errors = [{instancePath:instancePath+"/status",schemaPath:"#/allOf/0/else/properties/status/pattern",keyword:"pattern",params:{pattern: "^4"},message:"must match pattern \""+"^4"+"\""}];
return false;
}
}
var valid4 = _errs10 === errors;
}
else {
var valid4 = true;
}
}
}
var _valid0 = _errs8 === errors;
valid1 = _valid0;
if(valid1){
if(props0 !== true){
props0 = props0 || {};
props0.code = true;
props0.status = true;
}
}
ifClause0 = "else";
}
if(!valid1){
const err1 = {instancePath,schemaPath:"#/allOf/0/if",keyword:"if",params:{failingKeyword: ifClause0},message:"must match \""+ifClause0+"\" schema"};
if(vErrors === null){
vErrors = [err1];
}
else {
vErrors.push(err1);
}
errors++;
validate0.errors = vErrors;
return false;
}
var valid0 = _errs1 === errors;
if(valid0){
const _errs11 = errors;
const _errs12 = errors;
let valid5 = true;
const _errs13 = errors;
if(data && typeof data == "object" && !Array.isArray(data)){
if(data.action !== undefined){
let data5 = data.action;
if(!(((data5 === "dunno") || (data5 === "permit")) || (data5 === "discard"))){
const err2 = {};
if(vErrors === null){
vErrors = [err2];
}
else {
vErrors.push(err2);
}
errors++;
}
}
}
var _valid1 = _errs13 === errors;
errors = _errs12;
if(vErrors !== null){
if(_errs12){
vErrors.length = _errs12;
}
else {
vErrors = null;
}
}
if(_valid1){
const _errs15 = errors;
if(data && typeof data == "object" && !Array.isArray(data)){
if(data.code !== undefined){
var valid7 = false;
validate0.errors = [{instancePath:instancePath+"/code",schemaPath:"#/allOf/1/then/properties/code/false schema",keyword:"false schema",params:{},message:"boolean schema is false"}];
return false;
}
else {
var valid7 = true;
}
if(valid7){
if(data.status !== undefined){
var valid7 = false;
validate0.errors = [{instancePath:instancePath+"/status",schemaPath:"#/allOf/1/then/properties/status/false schema",keyword:"false schema",params:{},message:"boolean schema is false"}];
return false;
}
else {
var valid7 = true;
}
}
}
var _valid1 = _errs15 === errors;
valid5 = _valid1;
if(valid5){
var props1 = {};
props1.code = true;
props1.status = true;
props1.action = true;
}
}
if(!valid5){
const err3 = {instancePath,schemaPath:"#/allOf/1/if",keyword:"if",params:{failingKeyword: "then"},message:"must match \"then\" schema"};
if(vErrors === null){
vErrors = [err3];
}
else {
vErrors.push(err3);
}
errors++;
validate0.errors = vErrors;
return false;
}
var valid0 = _errs11 === errors;
if(valid0){
if(props0 !== true && props1 !== undefined){
if(props1 === true){
props0 = true;
}
else {
props0 = props0 || {};
Object.assign(props0, props1);
}
}
}
}
if(errors === 0){
if(data && typeof data == "object" && !Array.isArray(data)){
let missing0;
if((data.action === undefined) && (missing0 = "action")){
validate0.errors = [{instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: missing0},message:"must have required property '"+missing0+"'"}];
return false;
}
else {
const _errs16 = errors;
for(const key0 in data){
if(!(((((key0 === "action") || (key0 === "code")) || (key0 === "status")) || (key0 === "text")) || (key0 === "edits"))){
validate0.errors = [{instancePath,schemaPath:"#/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key0},message:"must NOT have additional properties"}];
return false;
break;
}
}
if(_errs16 === errors){
if(data.action !== undefined){
let data8 = data.action;
const _errs17 = errors;
if(!(((((((data8 === "dunno") || (data8 === "permit")) || (data8 === "reject")) || (data8 === "defer")) || (data8 === "discard")) || (data8 === "defer_if_permit")) || (data8 === "defer_if_reject"))){
validate0.errors = [{instancePath:instancePath+"/action",schemaPath:"#/properties/action/enum",keyword:"enum",params:{allowedValues: schema0.properties.action.enum},message:"must be equal to one of the allowed values"}];
return false;
}
var valid8 = _errs17 === errors;
}
else {
var valid8 = true;
}
if(valid8){
if(data.code !== undefined){
let data9 = data.code;
const _errs18 = errors;
if(!((typeof data9 == "number") && (!(data9 % 1) && !isNaN(data9)))){
validate0.errors = [{instancePath:instancePath+"/code",schemaPath:"#/properties/code/type",keyword:"type",params:{type: "integer"},message:"must be integer"}];
return false;
}
if(errors === _errs18){
if(typeof data9 == "number"){
if(data9 > 599 || isNaN(data9)){
validate0.errors = [{instancePath:instancePath+"/code",schemaPath:"#/properties/code/maximum",keyword:"maximum",params:{comparison: "<=", limit: 599},message:"must be <= 599"}];
return false;
}
else {
if(data9 < 400 || isNaN(data9)){
validate0.errors = [{instancePath:instancePath+"/code",schemaPath:"#/properties/code/minimum",keyword:"minimum",params:{comparison: ">=", limit: 400},message:"must be >= 400"}];
return false;
}
}
}
}
var valid8 = _errs18 === errors;
}
else {
var valid8 = true;
}
if(valid8){
if(data.status !== undefined){
let data10 = data.status;
const _errs20 = errors;
if(errors === _errs20){
if(typeof data10 === "string"){
if(!pattern2.test(data10)){
validate0.errors = [{instancePath:instancePath+"/status",schemaPath:"#/properties/status/pattern",keyword:"pattern",params:{pattern: "^[45]\\.\\d{1,3}\\.\\d{1,3}$"},message:"must match pattern \""+"^[45]\\.\\d{1,3}\\.\\d{1,3}$"+"\""}];
return false;
}
}
else {
validate0.errors = [{instancePath:instancePath+"/status",schemaPath:"#/properties/status/type",keyword:"type",params:{type: "string"},message:"must be string"}];
return false;
}
}
var valid8 = _errs20 === errors;
}
else {
var valid8 = true;
}
if(valid8){
if(data.text !== undefined){
let data11 = data.text;
const _errs22 = errors;
if(errors === _errs22){
if(typeof data11 === "string"){
if(func0(data11) > 480){
validate0.errors = [{instancePath:instancePath+"/text",schemaPath:"#/properties/text/maxLength",keyword:"maxLength",params:{limit: 480},message:"must NOT have more than 480 characters"}];
return false;
}
else {
if(!pattern3.test(data11)){
validate0.errors = [{instancePath:instancePath+"/text",schemaPath:"#/properties/text/pattern",keyword:"pattern",params:{pattern: "^[^\\u0000-\\u001f\\u007f-\\u009f\\u2028\\u2029]*$"},message:"must match pattern \""+"^[^\\u0000-\\u001f\\u007f-\\u009f\\u2028\\u2029]*$"+"\""}];
return false;
}
}
}
else {
validate0.errors = [{instancePath:instancePath+"/text",schemaPath:"#/properties/text/type",keyword:"type",params:{type: "string"},message:"must be string"}];
return false;
}
}
var valid8 = _errs22 === errors;
}
else {
var valid8 = true;
}
if(valid8){
if(data.edits !== undefined){
let data12 = data.edits;
const _errs24 = errors;
if(errors === _errs24){
if(Array.isArray(data12)){
if(data12.length > 50){
validate0.errors = [{instancePath:instancePath+"/edits",schemaPath:"#/properties/edits/maxItems",keyword:"maxItems",params:{limit: 50},message:"must NOT have more than 50 items"}];
return false;
}
else {
var valid9 = true;
const len0 = data12.length;
for(let i0=0; i0<len0; i0++){
let data13 = data12[i0];
const _errs26 = errors;
const _errs27 = errors;
let valid10 = false;
let passing0 = null;
const _errs28 = errors;
if(errors === _errs28){
if(data13 && typeof data13 == "object" && !Array.isArray(data13)){
let missing1;
if((data13.kind === undefined) && (missing1 = "kind")){
const err4 = {instancePath:instancePath+"/edits/" + i0,schemaPath:"#/properties/edits/items/oneOf/0/required",keyword:"required",params:{missingProperty: missing1},message:"must have required property '"+missing1+"'"};
if(vErrors === null){
vErrors = [err4];
}
else {
vErrors.push(err4);
}
errors++;
}
else {
const _errs30 = errors;
for(const key1 in data13){
if(!((key1 === "kind") || (key1 === "text"))){
const err5 = {instancePath:instancePath+"/edits/" + i0,schemaPath:"#/properties/edits/items/oneOf/0/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key1},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err5];
}
else {
vErrors.push(err5);
}
errors++;
break;
}
}
if(_errs30 === errors){
if(data13.kind !== undefined){
const _errs31 = errors;
if("hold" !== data13.kind){
const err6 = {instancePath:instancePath+"/edits/" + i0+"/kind",schemaPath:"#/properties/edits/items/oneOf/0/properties/kind/const",keyword:"const",params:{allowedValue: "hold"},message:"must be equal to constant"};
if(vErrors === null){
vErrors = [err6];
}
else {
vErrors.push(err6);
}
errors++;
}
var valid11 = _errs31 === errors;
}
else {
var valid11 = true;
}
if(valid11){
if(data13.text !== undefined){
let data15 = data13.text;
const _errs32 = errors;
if(errors === _errs32){
if(typeof data15 === "string"){
if(func0(data15) > 480){
const err7 = {instancePath:instancePath+"/edits/" + i0+"/text",schemaPath:"#/properties/edits/items/oneOf/0/properties/text/maxLength",keyword:"maxLength",params:{limit: 480},message:"must NOT have more than 480 characters"};
if(vErrors === null){
vErrors = [err7];
}
else {
vErrors.push(err7);
}
errors++;
}
else {
if(!pattern3.test(data15)){
const err8 = {instancePath:instancePath+"/edits/" + i0+"/text",schemaPath:"#/properties/edits/items/oneOf/0/properties/text/pattern",keyword:"pattern",params:{pattern: "^[^\\u0000-\\u001f\\u007f-\\u009f\\u2028\\u2029]*$"},message:"must match pattern \""+"^[^\\u0000-\\u001f\\u007f-\\u009f\\u2028\\u2029]*$"+"\""};
if(vErrors === null){
vErrors = [err8];
}
else {
vErrors.push(err8);
}
errors++;
}
}
}
else {
const err9 = {instancePath:instancePath+"/edits/" + i0+"/text",schemaPath:"#/properties/edits/items/oneOf/0/properties/text/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err9];
}
else {
vErrors.push(err9);
}
errors++;
}
}
var valid11 = _errs32 === errors;
}
else {
var valid11 = true;
}
}
}
}
}
else {
const err10 = {instancePath:instancePath+"/edits/" + i0,schemaPath:"#/properties/edits/items/oneOf/0/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err10];
}
else {
vErrors.push(err10);
}
errors++;
}
}
var _valid2 = _errs28 === errors;
if(_valid2){
valid10 = true;
passing0 = 0;
var props2 = true;
}
const _errs34 = errors;
if(errors === _errs34){
if(data13 && typeof data13 == "object" && !Array.isArray(data13)){
let missing2;
if(((data13.kind === undefined) && (missing2 = "kind")) || ((data13.address === undefined) && (missing2 = "address"))){
const err11 = {instancePath:instancePath+"/edits/" + i0,schemaPath:"#/properties/edits/items/oneOf/1/required",keyword:"required",params:{missingProperty: missing2},message:"must have required property '"+missing2+"'"};
if(vErrors === null){
vErrors = [err11];
}
else {
vErrors.push(err11);
}
errors++;
}
else {
const _errs36 = errors;
for(const key2 in data13){
if(!((key2 === "kind") || (key2 === "address"))){
const err12 = {instancePath:instancePath+"/edits/" + i0,schemaPath:"#/properties/edits/items/oneOf/1/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key2},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err12];
}
else {
vErrors.push(err12);
}
errors++;
break;
}
}
if(_errs36 === errors){
if(data13.kind !== undefined){
const _errs37 = errors;
if("redirect" !== data13.kind){
const err13 = {instancePath:instancePath+"/edits/" + i0+"/kind",schemaPath:"#/properties/edits/items/oneOf/1/properties/kind/const",keyword:"const",params:{allowedValue: "redirect"},message:"must be equal to constant"};
if(vErrors === null){
vErrors = [err13];
}
else {
vErrors.push(err13);
}
errors++;
}
var valid12 = _errs37 === errors;
}
else {
var valid12 = true;
}
if(valid12){
if(data13.address !== undefined){
let data17 = data13.address;
const _errs38 = errors;
if(errors === _errs38){
if(typeof data17 === "string"){
if(func0(data17) > 320){
const err14 = {instancePath:instancePath+"/edits/" + i0+"/address",schemaPath:"#/properties/edits/items/oneOf/1/properties/address/maxLength",keyword:"maxLength",params:{limit: 320},message:"must NOT have more than 320 characters"};
if(vErrors === null){
vErrors = [err14];
}
else {
vErrors.push(err14);
}
errors++;
}
else {
if(!pattern5.test(data17)){
const err15 = {instancePath:instancePath+"/edits/" + i0+"/address",schemaPath:"#/properties/edits/items/oneOf/1/properties/address/pattern",keyword:"pattern",params:{pattern: "^[^\\s\\u0000-\\u001f\\u007f<>]+@[^\\s\\u0000-\\u001f\\u007f<>]+$"},message:"must match pattern \""+"^[^\\s\\u0000-\\u001f\\u007f<>]+@[^\\s\\u0000-\\u001f\\u007f<>]+$"+"\""};
if(vErrors === null){
vErrors = [err15];
}
else {
vErrors.push(err15);
}
errors++;
}
}
}
else {
const err16 = {instancePath:instancePath+"/edits/" + i0+"/address",schemaPath:"#/properties/edits/items/oneOf/1/properties/address/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err16];
}
else {
vErrors.push(err16);
}
errors++;
}
}
var valid12 = _errs38 === errors;
}
else {
var valid12 = true;
}
}
}
}
}
else {
const err17 = {instancePath:instancePath+"/edits/" + i0,schemaPath:"#/properties/edits/items/oneOf/1/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err17];
}
else {
vErrors.push(err17);
}
errors++;
}
}
var _valid2 = _errs34 === errors;
if(_valid2 && valid10){
valid10 = false;
passing0 = [passing0, 1];
}
else {
if(_valid2){
valid10 = true;
passing0 = 1;
if(props2 !== true){
props2 = true;
}
}
const _errs40 = errors;
if(errors === _errs40){
if(data13 && typeof data13 == "object" && !Array.isArray(data13)){
let missing3;
if(((data13.kind === undefined) && (missing3 = "kind")) || ((data13.address === undefined) && (missing3 = "address"))){
const err18 = {instancePath:instancePath+"/edits/" + i0,schemaPath:"#/properties/edits/items/oneOf/2/required",keyword:"required",params:{missingProperty: missing3},message:"must have required property '"+missing3+"'"};
if(vErrors === null){
vErrors = [err18];
}
else {
vErrors.push(err18);
}
errors++;
}
else {
const _errs42 = errors;
for(const key3 in data13){
if(!((key3 === "kind") || (key3 === "address"))){
const err19 = {instancePath:instancePath+"/edits/" + i0,schemaPath:"#/properties/edits/items/oneOf/2/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key3},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err19];
}
else {
vErrors.push(err19);
}
errors++;
break;
}
}
if(_errs42 === errors){
if(data13.kind !== undefined){
const _errs43 = errors;
if("bcc" !== data13.kind){
const err20 = {instancePath:instancePath+"/edits/" + i0+"/kind",schemaPath:"#/properties/edits/items/oneOf/2/properties/kind/const",keyword:"const",params:{allowedValue: "bcc"},message:"must be equal to constant"};
if(vErrors === null){
vErrors = [err20];
}
else {
vErrors.push(err20);
}
errors++;
}
var valid13 = _errs43 === errors;
}
else {
var valid13 = true;
}
if(valid13){
if(data13.address !== undefined){
let data19 = data13.address;
const _errs44 = errors;
if(errors === _errs44){
if(typeof data19 === "string"){
if(func0(data19) > 320){
const err21 = {instancePath:instancePath+"/edits/" + i0+"/address",schemaPath:"#/properties/edits/items/oneOf/2/properties/address/maxLength",keyword:"maxLength",params:{limit: 320},message:"must NOT have more than 320 characters"};
if(vErrors === null){
vErrors = [err21];
}
else {
vErrors.push(err21);
}
errors++;
}
else {
if(!pattern5.test(data19)){
const err22 = {instancePath:instancePath+"/edits/" + i0+"/address",schemaPath:"#/properties/edits/items/oneOf/2/properties/address/pattern",keyword:"pattern",params:{pattern: "^[^\\s\\u0000-\\u001f\\u007f<>]+@[^\\s\\u0000-\\u001f\\u007f<>]+$"},message:"must match pattern \""+"^[^\\s\\u0000-\\u001f\\u007f<>]+@[^\\s\\u0000-\\u001f\\u007f<>]+$"+"\""};
if(vErrors === null){
vErrors = [err22];
}
else {
vErrors.push(err22);
}
errors++;
}
}
}
else {
const err23 = {instancePath:instancePath+"/edits/" + i0+"/address",schemaPath:"#/properties/edits/items/oneOf/2/properties/address/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err23];
}
else {
vErrors.push(err23);
}
errors++;
}
}
var valid13 = _errs44 === errors;
}
else {
var valid13 = true;
}
}
}
}
}
else {
const err24 = {instancePath:instancePath+"/edits/" + i0,schemaPath:"#/properties/edits/items/oneOf/2/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err24];
}
else {
vErrors.push(err24);
}
errors++;
}
}
var _valid2 = _errs40 === errors;
if(_valid2 && valid10){
valid10 = false;
passing0 = [passing0, 2];
}
else {
if(_valid2){
valid10 = true;
passing0 = 2;
if(props2 !== true){
props2 = true;
}
}
const _errs46 = errors;
if(errors === _errs46){
if(data13 && typeof data13 == "object" && !Array.isArray(data13)){
let missing4;
if(((data13.kind === undefined) && (missing4 = "kind")) || ((data13.header === undefined) && (missing4 = "header"))){
const err25 = {instancePath:instancePath+"/edits/" + i0,schemaPath:"#/properties/edits/items/oneOf/3/required",keyword:"required",params:{missingProperty: missing4},message:"must have required property '"+missing4+"'"};
if(vErrors === null){
vErrors = [err25];
}
else {
vErrors.push(err25);
}
errors++;
}
else {
const _errs48 = errors;
for(const key4 in data13){
if(!((key4 === "kind") || (key4 === "header"))){
const err26 = {instancePath:instancePath+"/edits/" + i0,schemaPath:"#/properties/edits/items/oneOf/3/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key4},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err26];
}
else {
vErrors.push(err26);
}
errors++;
break;
}
}
if(_errs48 === errors){
if(data13.kind !== undefined){
const _errs49 = errors;
if("prepend" !== data13.kind){
const err27 = {instancePath:instancePath+"/edits/" + i0+"/kind",schemaPath:"#/properties/edits/items/oneOf/3/properties/kind/const",keyword:"const",params:{allowedValue: "prepend"},message:"must be equal to constant"};
if(vErrors === null){
vErrors = [err27];
}
else {
vErrors.push(err27);
}
errors++;
}
var valid14 = _errs49 === errors;
}
else {
var valid14 = true;
}
if(valid14){
if(data13.header !== undefined){
let data21 = data13.header;
const _errs50 = errors;
if(errors === _errs50){
if(typeof data21 === "string"){
if(func0(data21) > 998){
const err28 = {instancePath:instancePath+"/edits/" + i0+"/header",schemaPath:"#/properties/edits/items/oneOf/3/properties/header/maxLength",keyword:"maxLength",params:{limit: 998},message:"must NOT have more than 998 characters"};
if(vErrors === null){
vErrors = [err28];
}
else {
vErrors.push(err28);
}
errors++;
}
else {
if(!pattern7.test(data21)){
const err29 = {instancePath:instancePath+"/edits/" + i0+"/header",schemaPath:"#/properties/edits/items/oneOf/3/properties/header/pattern",keyword:"pattern",params:{pattern: "^[!-9;-~]+:[^\\u0000-\\u001f\\u007f]*$"},message:"must match pattern \""+"^[!-9;-~]+:[^\\u0000-\\u001f\\u007f]*$"+"\""};
if(vErrors === null){
vErrors = [err29];
}
else {
vErrors.push(err29);
}
errors++;
}
}
}
else {
const err30 = {instancePath:instancePath+"/edits/" + i0+"/header",schemaPath:"#/properties/edits/items/oneOf/3/properties/header/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err30];
}
else {
vErrors.push(err30);
}
errors++;
}
}
var valid14 = _errs50 === errors;
}
else {
var valid14 = true;
}
}
}
}
}
else {
const err31 = {instancePath:instancePath+"/edits/" + i0,schemaPath:"#/properties/edits/items/oneOf/3/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err31];
}
else {
vErrors.push(err31);
}
errors++;
}
}
var _valid2 = _errs46 === errors;
if(_valid2 && valid10){
valid10 = false;
passing0 = [passing0, 3];
}
else {
if(_valid2){
valid10 = true;
passing0 = 3;
if(props2 !== true){
props2 = true;
}
}
const _errs52 = errors;
if(errors === _errs52){
if(data13 && typeof data13 == "object" && !Array.isArray(data13)){
let missing5;
if(((data13.kind === undefined) && (missing5 = "kind")) || ((data13.destination === undefined) && (missing5 = "destination"))){
const err32 = {instancePath:instancePath+"/edits/" + i0,schemaPath:"#/properties/edits/items/oneOf/4/required",keyword:"required",params:{missingProperty: missing5},message:"must have required property '"+missing5+"'"};
if(vErrors === null){
vErrors = [err32];
}
else {
vErrors.push(err32);
}
errors++;
}
else {
const _errs54 = errors;
for(const key5 in data13){
if(!((key5 === "kind") || (key5 === "destination"))){
const err33 = {instancePath:instancePath+"/edits/" + i0,schemaPath:"#/properties/edits/items/oneOf/4/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key5},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err33];
}
else {
vErrors.push(err33);
}
errors++;
break;
}
}
if(_errs54 === errors){
if(data13.kind !== undefined){
const _errs55 = errors;
if("filter" !== data13.kind){
const err34 = {instancePath:instancePath+"/edits/" + i0+"/kind",schemaPath:"#/properties/edits/items/oneOf/4/properties/kind/const",keyword:"const",params:{allowedValue: "filter"},message:"must be equal to constant"};
if(vErrors === null){
vErrors = [err34];
}
else {
vErrors.push(err34);
}
errors++;
}
var valid15 = _errs55 === errors;
}
else {
var valid15 = true;
}
if(valid15){
if(data13.destination !== undefined){
let data23 = data13.destination;
const _errs56 = errors;
if(errors === _errs56){
if(typeof data23 === "string"){
if(func0(data23) > 320){
const err35 = {instancePath:instancePath+"/edits/" + i0+"/destination",schemaPath:"#/properties/edits/items/oneOf/4/properties/destination/maxLength",keyword:"maxLength",params:{limit: 320},message:"must NOT have more than 320 characters"};
if(vErrors === null){
vErrors = [err35];
}
else {
vErrors.push(err35);
}
errors++;
}
else {
if(!pattern8.test(data23)){
const err36 = {instancePath:instancePath+"/edits/" + i0+"/destination",schemaPath:"#/properties/edits/items/oneOf/4/properties/destination/pattern",keyword:"pattern",params:{pattern: "^[A-Za-z0-9_.-]+:[!-~]*$"},message:"must match pattern \""+"^[A-Za-z0-9_.-]+:[!-~]*$"+"\""};
if(vErrors === null){
vErrors = [err36];
}
else {
vErrors.push(err36);
}
errors++;
}
}
}
else {
const err37 = {instancePath:instancePath+"/edits/" + i0+"/destination",schemaPath:"#/properties/edits/items/oneOf/4/properties/destination/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err37];
}
else {
vErrors.push(err37);
}
errors++;
}
}
var valid15 = _errs56 === errors;
}
else {
var valid15 = true;
}
}
}
}
}
else {
const err38 = {instancePath:instancePath+"/edits/" + i0,schemaPath:"#/properties/edits/items/oneOf/4/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err38];
}
else {
vErrors.push(err38);
}
errors++;
}
}
var _valid2 = _errs52 === errors;
if(_valid2 && valid10){
valid10 = false;
passing0 = [passing0, 4];
}
else {
if(_valid2){
valid10 = true;
passing0 = 4;
if(props2 !== true){
props2 = true;
}
}
}
}
}
}
if(!valid10){
const err39 = {instancePath:instancePath+"/edits/" + i0,schemaPath:"#/properties/edits/items/oneOf",keyword:"oneOf",params:{passingSchemas: passing0},message:"must match exactly one schema in oneOf"};
if(vErrors === null){
vErrors = [err39];
}
else {
vErrors.push(err39);
}
errors++;
validate0.errors = vErrors;
return false;
}
else {
errors = _errs27;
if(vErrors !== null){
if(_errs27){
vErrors.length = _errs27;
}
else {
vErrors = null;
}
}
}
var valid9 = _errs26 === errors;
if(!valid9){
break;
}
}
}
}
else {
validate0.errors = [{instancePath:instancePath+"/edits",schemaPath:"#/properties/edits/type",keyword:"type",params:{type: "array"},message:"must be array"}];
return false;
}
}
var valid8 = _errs24 === errors;
}
else {
var valid8 = true;
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
