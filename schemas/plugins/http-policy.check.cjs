/** What fits http-policy.json. Generated. */
"use strict";
exports.whole = validate0;
const schema0 = {"title":"HttpPolicyOptions","description":"Options of the plugin http-policy.","type":"object","additionalProperties":false,"required":["url"],"properties":{"url":{"type":"string","pattern":"^https?://[^\\s/]","description":"Where each request is POSTed as JSON."},"socket":{"type":"string","default":"","description":"Unix socket to connect to instead of the URL's host; relative to the configuration's directory."},"headers":{"type":"object","additionalProperties":{"type":"string"},"default":{},"description":"More header fields of each request."},"token":{"type":"string","default":"","description":"Bearer token, sent as Authorization."},"token_file":{"type":"string","default":"","description":"File with the bearer token on its first line; read at start and reload."},"context":{"type":"string","default":"","description":"Text sent as `context`, so that one service can serve several entries."},"timeout":{"type":"string","default":"10s","description":"Time limit of an answer with all its tries."},"connect_timeout":{"type":"string","default":"2s","description":"Time limit of connecting, TLS included."},"headers_timeout":{"type":"string","default":"5s","description":"Time limit from the request to the head of the answer."},"body_timeout":{"type":"string","default":"5s","description":"Time limit between two pieces of the answer's body."},"tries":{"type":"integer","minimum":1,"maximum":10,"default":2,"description":"How often a request is sent, where it may be sent again."},"retry_delay":{"type":"string","default":"100ms","description":"The wait between tries."},"idempotent":{"type":"boolean","default":false,"description":"Asking twice does no harm: also try again when the connection broke after the request was sent, and on 502, 503 and 504."},"connections":{"type":"integer","minimum":1,"maximum":1000,"default":10,"description":"Connections of each worker process."},"max_response":{"type":"integer","minimum":100,"maximum":10000000,"default":65536,"description":"Longest answer, in bytes."},"ca_file":{"type":"string","default":"","description":"PEM file of the authorities that may sign the service's certificate. Empty: those of Node."},"cert_file":{"type":"string","default":"","description":"PEM file of a client certificate."},"key_file":{"type":"string","default":"","description":"PEM file of its key."}}};
const func0 = Object.prototype.hasOwnProperty;
const pattern0 = new RegExp("^https?://[^\\s/]", "u");

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
if(data.socket === undefined){
data.socket = "";
}
if(data.headers === undefined){
data.headers = {};
}
if(data.token === undefined){
data.token = "";
}
if(data.token_file === undefined){
data.token_file = "";
}
if(data.context === undefined){
data.context = "";
}
if(data.timeout === undefined){
data.timeout = "10s";
}
if(data.connect_timeout === undefined){
data.connect_timeout = "2s";
}
if(data.headers_timeout === undefined){
data.headers_timeout = "5s";
}
if(data.body_timeout === undefined){
data.body_timeout = "5s";
}
if(data.tries === undefined){
data.tries = 2;
}
if(data.retry_delay === undefined){
data.retry_delay = "100ms";
}
if(data.idempotent === undefined){
data.idempotent = false;
}
if(data.connections === undefined){
data.connections = 10;
}
if(data.max_response === undefined){
data.max_response = 65536;
}
if(data.ca_file === undefined){
data.ca_file = "";
}
if(data.cert_file === undefined){
data.cert_file = "";
}
if(data.key_file === undefined){
data.key_file = "";
}
let missing0;
if((data.url === undefined) && (missing0 = "url")){
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
if(data.url !== undefined){
let data0 = data.url;
const _errs2 = errors;
if(errors === _errs2){
if(typeof data0 === "string"){
if(!pattern0.test(data0)){
validate0.errors = [{instancePath:instancePath+"/url",schemaPath:"#/properties/url/pattern",keyword:"pattern",params:{pattern: "^https?://[^\\s/]"},message:"must match pattern \""+"^https?://[^\\s/]"+"\""}];
return false;
}
}
else {
validate0.errors = [{instancePath:instancePath+"/url",schemaPath:"#/properties/url/type",keyword:"type",params:{type: "string"},message:"must be string"}];
return false;
}
}
var valid0 = _errs2 === errors;
}
else {
var valid0 = true;
}
if(valid0){
const _errs4 = errors;
if(typeof data.socket !== "string"){
validate0.errors = [{instancePath:instancePath+"/socket",schemaPath:"#/properties/socket/type",keyword:"type",params:{type: "string"},message:"must be string"}];
return false;
}
var valid0 = _errs4 === errors;
if(valid0){
let data2 = data.headers;
const _errs6 = errors;
if(errors === _errs6){
if(data2 && typeof data2 == "object" && !Array.isArray(data2)){
for(const key1 in data2){
const _errs9 = errors;
if(typeof data2[key1] !== "string"){
validate0.errors = [{instancePath:instancePath+"/headers/" + key1.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/headers/additionalProperties/type",keyword:"type",params:{type: "string"},message:"must be string"}];
return false;
}
var valid1 = _errs9 === errors;
if(!valid1){
break;
}
}
}
else {
validate0.errors = [{instancePath:instancePath+"/headers",schemaPath:"#/properties/headers/type",keyword:"type",params:{type: "object"},message:"must be object"}];
return false;
}
}
var valid0 = _errs6 === errors;
if(valid0){
const _errs11 = errors;
if(typeof data.token !== "string"){
validate0.errors = [{instancePath:instancePath+"/token",schemaPath:"#/properties/token/type",keyword:"type",params:{type: "string"},message:"must be string"}];
return false;
}
var valid0 = _errs11 === errors;
if(valid0){
const _errs13 = errors;
if(typeof data.token_file !== "string"){
validate0.errors = [{instancePath:instancePath+"/token_file",schemaPath:"#/properties/token_file/type",keyword:"type",params:{type: "string"},message:"must be string"}];
return false;
}
var valid0 = _errs13 === errors;
if(valid0){
const _errs15 = errors;
if(typeof data.context !== "string"){
validate0.errors = [{instancePath:instancePath+"/context",schemaPath:"#/properties/context/type",keyword:"type",params:{type: "string"},message:"must be string"}];
return false;
}
var valid0 = _errs15 === errors;
if(valid0){
const _errs17 = errors;
if(typeof data.timeout !== "string"){
validate0.errors = [{instancePath:instancePath+"/timeout",schemaPath:"#/properties/timeout/type",keyword:"type",params:{type: "string"},message:"must be string"}];
return false;
}
var valid0 = _errs17 === errors;
if(valid0){
const _errs19 = errors;
if(typeof data.connect_timeout !== "string"){
validate0.errors = [{instancePath:instancePath+"/connect_timeout",schemaPath:"#/properties/connect_timeout/type",keyword:"type",params:{type: "string"},message:"must be string"}];
return false;
}
var valid0 = _errs19 === errors;
if(valid0){
const _errs21 = errors;
if(typeof data.headers_timeout !== "string"){
validate0.errors = [{instancePath:instancePath+"/headers_timeout",schemaPath:"#/properties/headers_timeout/type",keyword:"type",params:{type: "string"},message:"must be string"}];
return false;
}
var valid0 = _errs21 === errors;
if(valid0){
const _errs23 = errors;
if(typeof data.body_timeout !== "string"){
validate0.errors = [{instancePath:instancePath+"/body_timeout",schemaPath:"#/properties/body_timeout/type",keyword:"type",params:{type: "string"},message:"must be string"}];
return false;
}
var valid0 = _errs23 === errors;
if(valid0){
let data11 = data.tries;
const _errs25 = errors;
if(!((typeof data11 == "number") && (!(data11 % 1) && !isNaN(data11)))){
validate0.errors = [{instancePath:instancePath+"/tries",schemaPath:"#/properties/tries/type",keyword:"type",params:{type: "integer"},message:"must be integer"}];
return false;
}
if(errors === _errs25){
if(typeof data11 == "number"){
if(data11 > 10 || isNaN(data11)){
validate0.errors = [{instancePath:instancePath+"/tries",schemaPath:"#/properties/tries/maximum",keyword:"maximum",params:{comparison: "<=", limit: 10},message:"must be <= 10"}];
return false;
}
else {
if(data11 < 1 || isNaN(data11)){
validate0.errors = [{instancePath:instancePath+"/tries",schemaPath:"#/properties/tries/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1"}];
return false;
}
}
}
}
var valid0 = _errs25 === errors;
if(valid0){
const _errs27 = errors;
if(typeof data.retry_delay !== "string"){
validate0.errors = [{instancePath:instancePath+"/retry_delay",schemaPath:"#/properties/retry_delay/type",keyword:"type",params:{type: "string"},message:"must be string"}];
return false;
}
var valid0 = _errs27 === errors;
if(valid0){
const _errs29 = errors;
if(typeof data.idempotent !== "boolean"){
validate0.errors = [{instancePath:instancePath+"/idempotent",schemaPath:"#/properties/idempotent/type",keyword:"type",params:{type: "boolean"},message:"must be boolean"}];
return false;
}
var valid0 = _errs29 === errors;
if(valid0){
let data14 = data.connections;
const _errs31 = errors;
if(!((typeof data14 == "number") && (!(data14 % 1) && !isNaN(data14)))){
validate0.errors = [{instancePath:instancePath+"/connections",schemaPath:"#/properties/connections/type",keyword:"type",params:{type: "integer"},message:"must be integer"}];
return false;
}
if(errors === _errs31){
if(typeof data14 == "number"){
if(data14 > 1000 || isNaN(data14)){
validate0.errors = [{instancePath:instancePath+"/connections",schemaPath:"#/properties/connections/maximum",keyword:"maximum",params:{comparison: "<=", limit: 1000},message:"must be <= 1000"}];
return false;
}
else {
if(data14 < 1 || isNaN(data14)){
validate0.errors = [{instancePath:instancePath+"/connections",schemaPath:"#/properties/connections/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1"}];
return false;
}
}
}
}
var valid0 = _errs31 === errors;
if(valid0){
let data15 = data.max_response;
const _errs33 = errors;
if(!((typeof data15 == "number") && (!(data15 % 1) && !isNaN(data15)))){
validate0.errors = [{instancePath:instancePath+"/max_response",schemaPath:"#/properties/max_response/type",keyword:"type",params:{type: "integer"},message:"must be integer"}];
return false;
}
if(errors === _errs33){
if(typeof data15 == "number"){
if(data15 > 10000000 || isNaN(data15)){
validate0.errors = [{instancePath:instancePath+"/max_response",schemaPath:"#/properties/max_response/maximum",keyword:"maximum",params:{comparison: "<=", limit: 10000000},message:"must be <= 10000000"}];
return false;
}
else {
if(data15 < 100 || isNaN(data15)){
validate0.errors = [{instancePath:instancePath+"/max_response",schemaPath:"#/properties/max_response/minimum",keyword:"minimum",params:{comparison: ">=", limit: 100},message:"must be >= 100"}];
return false;
}
}
}
}
var valid0 = _errs33 === errors;
if(valid0){
const _errs35 = errors;
if(typeof data.ca_file !== "string"){
validate0.errors = [{instancePath:instancePath+"/ca_file",schemaPath:"#/properties/ca_file/type",keyword:"type",params:{type: "string"},message:"must be string"}];
return false;
}
var valid0 = _errs35 === errors;
if(valid0){
const _errs37 = errors;
if(typeof data.cert_file !== "string"){
validate0.errors = [{instancePath:instancePath+"/cert_file",schemaPath:"#/properties/cert_file/type",keyword:"type",params:{type: "string"},message:"must be string"}];
return false;
}
var valid0 = _errs37 === errors;
if(valid0){
const _errs39 = errors;
if(typeof data.key_file !== "string"){
validate0.errors = [{instancePath:instancePath+"/key_file",schemaPath:"#/properties/key_file/type",keyword:"type",params:{type: "string"},message:"must be string"}];
return false;
}
var valid0 = _errs39 === errors;
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
