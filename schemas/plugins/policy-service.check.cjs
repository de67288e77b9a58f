/** What fits policy-service.json. Generated. */
"use strict";
exports.whole = validate0;
const schema0 = {"title":"PolicyServiceOptions","description":"Options of the plugin policy-service.","type":"object","additionalProperties":false,"required":["service"],"properties":{"service":{"type":"string","pattern":"^(inet|unix):.","description":"The server: inet:host:port, or unix:path (relative to queue_directory)."},"timeout":{"type":"string","default":"","description":"Time limit of connecting, writing and reading. Empty: smtpd_policy_service_timeout."},"max_idle":{"type":"string","default":"","description":"How long an unused connection is kept. Empty: smtpd_policy_service_max_idle."},"max_ttl":{"type":"string","default":"","description":"How long a connection is used. Empty: smtpd_policy_service_max_ttl."},"request_limit":{"type":"string","default":"","description":"Requests on one connection, 0 for no limit. Empty: smtpd_policy_service_request_limit."},"try_limit":{"type":"string","default":"","description":"How often a request is sent. Empty: smtpd_policy_service_try_limit."},"retry_delay":{"type":"string","default":"","description":"The wait between attempts. Empty: smtpd_policy_service_retry_delay."},"default_action":{"type":"string","default":"","description":"What is done without an answer. Empty: smtpd_policy_service_default_action."},"policy_context":{"type":"string","default":"","description":"Text sent as policy_context. Empty: smtpd_policy_service_policy_context."}}};
const func0 = Object.prototype.hasOwnProperty;
const pattern0 = new RegExp("^(inet|unix):.", "u");

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
if(data.timeout === undefined){
data.timeout = "";
}
if(data.max_idle === undefined){
data.max_idle = "";
}
if(data.max_ttl === undefined){
data.max_ttl = "";
}
if(data.request_limit === undefined){
data.request_limit = "";
}
if(data.try_limit === undefined){
data.try_limit = "";
}
if(data.retry_delay === undefined){
data.retry_delay = "";
}
if(data.default_action === undefined){
data.default_action = "";
}
if(data.policy_context === undefined){
data.policy_context = "";
}
let missing0;
if((data.service === undefined) && (missing0 = "service")){
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
if(data.service !== undefined){
let data0 = data.service;
const _errs2 = errors;
if(errors === _errs2){
if(typeof data0 === "string"){
if(!pattern0.test(data0)){
validate0.errors = [{instancePath:instancePath+"/service",schemaPath:"#/properties/service/pattern",keyword:"pattern",params:{pattern: "^(inet|unix):."},message:"must match pattern \""+"^(inet|unix):."+"\""}];
return false;
}
}
else {
validate0.errors = [{instancePath:instancePath+"/service",schemaPath:"#/properties/service/type",keyword:"type",params:{type: "string"},message:"must be string"}];
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
if(typeof data.timeout !== "string"){
validate0.errors = [{instancePath:instancePath+"/timeout",schemaPath:"#/properties/timeout/type",keyword:"type",params:{type: "string"},message:"must be string"}];
return false;
}
var valid0 = _errs4 === errors;
if(valid0){
const _errs6 = errors;
if(typeof data.max_idle !== "string"){
validate0.errors = [{instancePath:instancePath+"/max_idle",schemaPath:"#/properties/max_idle/type",keyword:"type",params:{type: "string"},message:"must be string"}];
return false;
}
var valid0 = _errs6 === errors;
if(valid0){
const _errs8 = errors;
if(typeof data.max_ttl !== "string"){
validate0.errors = [{instancePath:instancePath+"/max_ttl",schemaPath:"#/properties/max_ttl/type",keyword:"type",params:{type: "string"},message:"must be string"}];
return false;
}
var valid0 = _errs8 === errors;
if(valid0){
const _errs10 = errors;
if(typeof data.request_limit !== "string"){
validate0.errors = [{instancePath:instancePath+"/request_limit",schemaPath:"#/properties/request_limit/type",keyword:"type",params:{type: "string"},message:"must be string"}];
return false;
}
var valid0 = _errs10 === errors;
if(valid0){
const _errs12 = errors;
if(typeof data.try_limit !== "string"){
validate0.errors = [{instancePath:instancePath+"/try_limit",schemaPath:"#/properties/try_limit/type",keyword:"type",params:{type: "string"},message:"must be string"}];
return false;
}
var valid0 = _errs12 === errors;
if(valid0){
const _errs14 = errors;
if(typeof data.retry_delay !== "string"){
validate0.errors = [{instancePath:instancePath+"/retry_delay",schemaPath:"#/properties/retry_delay/type",keyword:"type",params:{type: "string"},message:"must be string"}];
return false;
}
var valid0 = _errs14 === errors;
if(valid0){
const _errs16 = errors;
if(typeof data.default_action !== "string"){
validate0.errors = [{instancePath:instancePath+"/default_action",schemaPath:"#/properties/default_action/type",keyword:"type",params:{type: "string"},message:"must be string"}];
return false;
}
var valid0 = _errs16 === errors;
if(valid0){
const _errs18 = errors;
if(typeof data.policy_context !== "string"){
validate0.errors = [{instancePath:instancePath+"/policy_context",schemaPath:"#/properties/policy_context/type",keyword:"type",params:{type: "string"},message:"must be string"}];
return false;
}
var valid0 = _errs18 === errors;
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
