/** What fits core.json. Generated. */
"use strict";
exports.whole = validate0;
const schema0 = {"title":"Postern gateway, without its plugins","description":"The shape of a configuration file. schemas/postern.json, for editors, is generated from it and from what the plugins declare.","type":"object","additionalProperties":false,"required":["version","listeners"],"properties":{"version":{"const":1,"description":"Version of this file format."},"parameters":{"$ref":"#/$defs/parameters","description":"Postfix parameters for the whole gateway: Postfix's names, units and $name expansion."},"listeners":{"type":"array","minItems":1,"items":{"$ref":"#/$defs/listener"},"description":"Where SMTP clients connect."},"pipeline":{"$ref":"#/$defs/gatewayPipeline","description":"Ordered steps by stage: for all listeners (access stages, message, store) and for the gateway (queue, deliver, bounce, use)."},"transports":{"type":"array","items":{"$ref":"#/$defs/transport"},"description":"How mail leaves. smtp, lmtp, relay, error, retry and discard exist without being named; an entry of the same name replaces one."},"queue_directory":{"type":"string","minLength":1,"default":"/var/spool/postern","description":"Directory of the durable queue; relative to this file."},"workers":{"anyOf":[{"type":"integer","minimum":1,"maximum":256},{"const":"auto"}],"default":"auto","expected":"a number from 1 to 256, or auto","description":"Worker processes; auto means one for each processor core but one, at least one."},"user":{"type":"string","minLength":1,"description":"User to become after the ports are bound, when started as root."},"group":{"type":"string","minLength":1,"description":"Group to become; default: that of the user."},"state":{"type":"object","additionalProperties":false,"description":"Where is kept what is remembered beyond a session: rates, greylists, caches.","properties":{"engine":{"enum":["memory","sqlite","redis"],"default":"sqlite","description":"memory: until the gateway stops; sqlite: in a file; redis: shared by all gateways that name the same Redis."},"file":{"type":"string","minLength":1,"description":"Database of the sqlite engine, relative to this file; default: state/state.db in the queue directory."},"max_entries":{"type":"integer","minimum":1000,"default":1000000,"description":"Entries that the memory engine keeps at most; the oldest go first."},"timeout":{"type":"integer","minimum":10,"maximum":60000,"default":250,"description":"Longest wait for an answer of the engine, in milliseconds; then the use's own rule for failures holds."},"redis":{"type":"object","additionalProperties":false,"description":"Where Redis is: one of url, cluster and sentinels.","properties":{"url":{"type":"string","pattern":"^rediss?://","expected":"redis://host:port/number, or rediss:// for TLS","description":"One server."},"cluster":{"type":"array","minItems":1,"items":{"type":"string","minLength":1},"description":"Nodes of a cluster, each host:port; the others are learnt from them."},"sentinels":{"type":"array","minItems":1,"items":{"type":"string","minLength":1},"description":"Sentinels, each host:port."},"master":{"type":"string","minLength":1,"description":"Name of the master that the sentinels watch."},"username":{"type":"string","minLength":1,"description":"Name to log in with."},"password":{"type":"string","minLength":1,"description":"Password to log in with."},"tls":{"type":"boolean","default":false,"description":"Speak TLS to the servers."},"prefix":{"type":"string","default":"postern:","description":"What all keys begin with."}}}}},"log":{"type":"object","additionalProperties":false,"description":"Where and how events are logged.","properties":{"format":{"enum":["maillog","json"],"default":"maillog","description":"maillog: lines as Postfix writes them; json: one object on each line."},"file":{"type":"string","minLength":1,"description":"File to append to, relative to this file; default: standard output."},"level":{"enum":["debug","info","warn"],"default":"info","description":"The least important level that is written."}}}},"$defs":{"parameters":{"type":"object","additionalProperties":{"$ref":"#/$defs/parameterValue"}},"parameterValue":{"description":"As main.cf writes it; a list may be a YAML list.","expected":"a value or a list of values","anyOf":[{"type":["string","number","boolean","null"]},{"type":"array","items":{"type":["string","number","boolean"]}}]},"name":{"type":"string","pattern":"^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$","expected":"a name of letters, digits, \"_\", \".\" and \"-\""},"listener":{"type":"object","additionalProperties":false,"required":["name","listen"],"properties":{"name":{"$ref":"#/$defs/name","description":"Unique name; stands in logs."},"listen":{"anyOf":[{"type":["string","integer"]},{"type":"array","minItems":1,"uniqueItems":true,"items":{"type":["string","integer"]}}],"expected":"an address or a list of addresses","description":"HOST:PORT, [IPV6]:PORT, *:PORT or PORT for all addresses, or unix:/path; or a list of these. A port is a number or a name of known_tcp_ports, as smtp."},"protocol":{"enum":["smtp","lmtp","policy"],"default":"smtp","description":"What is spoken to clients. policy: other servers ask the access lists (check_policy_service)."},"stages":{"type":"object","additionalProperties":false,"properties":{"CONNECT":{"$ref":"#/$defs/answering"},"HELO":{"$ref":"#/$defs/answering"},"EHLO":{"$ref":"#/$defs/answering"},"MAIL":{"$ref":"#/$defs/answering"},"RCPT":{"$ref":"#/$defs/answering"},"DATA":{"$ref":"#/$defs/answering"},"END-OF-MESSAGE":{"$ref":"#/$defs/answering"},"VRFY":{"$ref":"#/$defs/answering"},"ETRN":{"$ref":"#/$defs/answering"}},"description":"With protocol policy: the access lists that answer a protocol_state, in order; without it each has its own (RCPT: rcpt)."},"parameters":{"$ref":"#/$defs/parameters","description":"Parameters of this listener alone, as -o in master.cf."},"pipeline":{"$ref":"#/$defs/listenerPipeline","description":"Replaces the stages that it names; `use` adds."}}},"answering":{"type":"array","minItems":1,"uniqueItems":true,"items":{"enum":["connect","helo","mail","relay","rcpt","data","end_of_data","etrn","vrfy"]},"description":"Access lists, in order."},"transport":{"type":"object","additionalProperties":false,"required":["name","agent"],"properties":{"name":{"$ref":"#/$defs/name","description":"What transport_maps, relayhost and friends call it."},"agent":{"enum":["smtp","lmtp","maildir","discard","error","retry"],"description":"Delivers by SMTP, by LMTP, into a Maildir; throws away; bounces all; defers all."},"flags":{"type":"string","pattern":"^[DORX]*$","expected":"some of the letters D, O, R, X","description":"For the agents smtp and lmtp, as flags= in master.cf. R, O, D put Return-Path, X-Original-To, Delivered-To on top (O and D: one recipient for each delivery; D: a message that has been there is a loop); X: a delivery is the last one, as success notices tell."},"parameters":{"$ref":"#/$defs/parameters","description":"Parameters of this transport alone, as -o in master.cf."},"pipeline":{"$ref":"#/$defs/transportPipeline","description":"Replaces the gateway's `deliver` steps for this transport."}}},"gatewayPipeline":{"type":"object","additionalProperties":false,"properties":{"connect":{"$ref":"#/$defs/steps","description":"When a client connects: smtpd_client_restrictions."},"helo":{"$ref":"#/$defs/steps","description":"At HELO and EHLO: smtpd_helo_restrictions."},"mail":{"$ref":"#/$defs/steps","description":"At MAIL FROM: smtpd_sender_restrictions."},"relay":{"$ref":"#/$defs/steps","description":"At RCPT TO, who may relay: smtpd_relay_restrictions. Without an answer, only mail for own domains passes."},"rcpt":{"$ref":"#/$defs/steps","description":"At RCPT TO: smtpd_recipient_restrictions."},"data":{"$ref":"#/$defs/steps","description":"At DATA: smtpd_data_restrictions."},"end_of_data":{"$ref":"#/$defs/steps","description":"After the content: smtpd_end_of_data_restrictions."},"etrn":{"$ref":"#/$defs/steps","description":"At ETRN: smtpd_etrn_restrictions."},"vrfy":{"$ref":"#/$defs/steps","description":"At VRFY."},"message":{"$ref":"#/$defs/steps","description":"Content and address steps before a message is stored: header checks, rewriting, filters."},"store":{"$ref":"#/$defs/steps","description":"What takes a message instead of the queue."},"queue":{"$ref":"#/$defs/steps","description":"Routing and scheduling of queued mail."},"deliver":{"$ref":"#/$defs/steps","description":"On the way out: generic maps, work-arounds, filters of replies."},"bounce":{"$ref":"#/$defs/steps","description":"Before the sender is told of a failure or delay."},"use":{"$ref":"#/$defs/steps","description":"Plugins that belong to no stage: event listeners, metrics."}}},"listenerPipeline":{"type":"object","additionalProperties":false,"properties":{"connect":{"$ref":"#/$defs/steps"},"helo":{"$ref":"#/$defs/steps"},"mail":{"$ref":"#/$defs/steps"},"relay":{"$ref":"#/$defs/steps"},"rcpt":{"$ref":"#/$defs/steps"},"data":{"$ref":"#/$defs/steps"},"end_of_data":{"$ref":"#/$defs/steps"},"etrn":{"$ref":"#/$defs/steps"},"vrfy":{"$ref":"#/$defs/steps"},"message":{"$ref":"#/$defs/steps"},"store":{"$ref":"#/$defs/steps"},"use":{"$ref":"#/$defs/steps"}}},"transportPipeline":{"type":"object","additionalProperties":false,"properties":{"deliver":{"$ref":"#/$defs/steps"}}},"steps":{"type":"array","items":{"$ref":"#/$defs/step"}},"step":{"expected":"a name, or a mapping with a name and its options","anyOf":[{"type":"string","minLength":1},{"type":"object","minProperties":1}]},"policy":{"type":"object","additionalProperties":false,"properties":{"id":{"$ref":"#/$defs/name","description":"Name of this step in logs and in `postern pipeline show`; default: what it is called."},"when":{"$ref":"#/$defs/when","description":"Conditions; all that are given must hold."},"timeout":{"type":["string","integer"],"description":"Longest time for one answer, such as 10s; 0 is no limit. Default: 30s for plugins that do not come with Postern, which set their own limits."},"mode":{"enum":["enforce","warn"],"default":"enforce","description":"warn: a refusal is only logged."},"onError":{"enum":["defer","skip","reject"],"default":"defer","description":"What a failure or time-out of the step means for the client."}}},"when":{"type":"object","additionalProperties":false,"properties":{"client":{"$ref":"#/$defs/patterns","description":"Client addresses, networks, names, .domains; ! excludes."},"helo":{"$ref":"#/$defs/patterns","description":"HELO names and .domains."},"sender":{"$ref":"#/$defs/patterns","description":"Sender addresses, domains, .domains, <> for the null sender."},"recipient":{"$ref":"#/$defs/patterns","description":"Recipient addresses, domains, .domains."},"authenticated":{"type":"boolean","description":"Has the client logged in?"}}},"patterns":{"anyOf":[{"type":"string","minLength":1},{"type":"array","minItems":1,"items":{"type":"string","minLength":1}}]}}};
const func0 = Object.prototype.hasOwnProperty;
const func12 = require("ajv/dist/runtime/ucs2length").default;
const schema1 = {"type":"object","additionalProperties":{"$ref":"#/$defs/parameterValue"}};
const schema2 = {"description":"As main.cf writes it; a list may be a YAML list.","expected":"a value or a list of values","anyOf":[{"type":["string","number","boolean","null"]},{"type":"array","items":{"type":["string","number","boolean"]}}]};

function validate1(data, {instancePath="", parentData, parentDataProperty, rootData=data, dynamicAnchors={}}={}){
let vErrors = null;
let errors = 0;
const evaluated0 = validate1.evaluated;
if(evaluated0.dynamicProps){
evaluated0.props = undefined;
}
if(evaluated0.dynamicItems){
evaluated0.items = undefined;
}
if(errors === 0){
if(data && typeof data == "object" && !Array.isArray(data)){
for(const key0 in data){
let data0 = data[key0];
const _errs2 = errors;
const _errs4 = errors;
let valid2 = false;
const _errs5 = errors;
if((((typeof data0 !== "string") && (!(typeof data0 == "number"))) && (typeof data0 !== "boolean")) && (data0 !== null)){
const err0 = {instancePath:instancePath+"/" + key0.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/$defs/parameterValue/anyOf/0/type",keyword:"type",params:{type: schema2.anyOf[0].type},message:"must be string,number,boolean,null"};
if(vErrors === null){
vErrors = [err0];
}
else {
vErrors.push(err0);
}
errors++;
}
var _valid0 = _errs5 === errors;
valid2 = valid2 || _valid0;
const _errs7 = errors;
if(errors === _errs7){
if(Array.isArray(data0)){
var valid3 = true;
const len0 = data0.length;
for(let i0=0; i0<len0; i0++){
let data1 = data0[i0];
const _errs9 = errors;
if(((typeof data1 !== "string") && (!(typeof data1 == "number"))) && (typeof data1 !== "boolean")){
const err1 = {instancePath:instancePath+"/" + key0.replace(/~/g, "~0").replace(/\//g, "~1")+"/" + i0,schemaPath:"#/$defs/parameterValue/anyOf/1/items/type",keyword:"type",params:{type: schema2.anyOf[1].items.type},message:"must be string,number,boolean"};
if(vErrors === null){
vErrors = [err1];
}
else {
vErrors.push(err1);
}
errors++;
}
var valid3 = _errs9 === errors;
if(!valid3){
break;
}
}
}
else {
const err2 = {instancePath:instancePath+"/" + key0.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/$defs/parameterValue/anyOf/1/type",keyword:"type",params:{type: "array"},message:"must be array"};
if(vErrors === null){
vErrors = [err2];
}
else {
vErrors.push(err2);
}
errors++;
}
}
var _valid0 = _errs7 === errors;
valid2 = valid2 || _valid0;
if(!valid2){
const err3 = {instancePath:instancePath+"/" + key0.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/$defs/parameterValue/anyOf",keyword:"anyOf",params:{},message:"must match a schema in anyOf"};
if(vErrors === null){
vErrors = [err3];
}
else {
vErrors.push(err3);
}
errors++;
validate1.errors = vErrors;
return false;
}
else {
errors = _errs4;
if(vErrors !== null){
if(_errs4){
vErrors.length = _errs4;
}
else {
vErrors = null;
}
}
}
var valid0 = _errs2 === errors;
if(!valid0){
break;
}
}
}
else {
validate1.errors = [{instancePath,schemaPath:"#/type",keyword:"type",params:{type: "object"},message:"must be object"}];
return false;
}
}
validate1.errors = vErrors;
return errors === 0;
}
validate1.evaluated = {"props":true,"dynamicProps":false,"dynamicItems":false};

const schema3 = {"type":"object","additionalProperties":false,"required":["name","listen"],"properties":{"name":{"$ref":"#/$defs/name","description":"Unique name; stands in logs."},"listen":{"anyOf":[{"type":["string","integer"]},{"type":"array","minItems":1,"uniqueItems":true,"items":{"type":["string","integer"]}}],"expected":"an address or a list of addresses","description":"HOST:PORT, [IPV6]:PORT, *:PORT or PORT for all addresses, or unix:/path; or a list of these. A port is a number or a name of known_tcp_ports, as smtp."},"protocol":{"enum":["smtp","lmtp","policy"],"default":"smtp","description":"What is spoken to clients. policy: other servers ask the access lists (check_policy_service)."},"stages":{"type":"object","additionalProperties":false,"properties":{"CONNECT":{"$ref":"#/$defs/answering"},"HELO":{"$ref":"#/$defs/answering"},"EHLO":{"$ref":"#/$defs/answering"},"MAIL":{"$ref":"#/$defs/answering"},"RCPT":{"$ref":"#/$defs/answering"},"DATA":{"$ref":"#/$defs/answering"},"END-OF-MESSAGE":{"$ref":"#/$defs/answering"},"VRFY":{"$ref":"#/$defs/answering"},"ETRN":{"$ref":"#/$defs/answering"}},"description":"With protocol policy: the access lists that answer a protocol_state, in order; without it each has its own (RCPT: rcpt)."},"parameters":{"$ref":"#/$defs/parameters","description":"Parameters of this listener alone, as -o in master.cf."},"pipeline":{"$ref":"#/$defs/listenerPipeline","description":"Replaces the stages that it names; `use` adds."}}};
const schema4 = {"type":"string","pattern":"^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$","expected":"a name of letters, digits, \"_\", \".\" and \"-\""};
const schema5 = {"type":"array","minItems":1,"uniqueItems":true,"items":{"enum":["connect","helo","mail","relay","rcpt","data","end_of_data","etrn","vrfy"]},"description":"Access lists, in order."};
const pattern0 = new RegExp("^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$", "u");
const func2 = require("ajv/dist/runtime/equal").default;
const schema14 = {"type":"object","additionalProperties":false,"properties":{"connect":{"$ref":"#/$defs/steps"},"helo":{"$ref":"#/$defs/steps"},"mail":{"$ref":"#/$defs/steps"},"relay":{"$ref":"#/$defs/steps"},"rcpt":{"$ref":"#/$defs/steps"},"data":{"$ref":"#/$defs/steps"},"end_of_data":{"$ref":"#/$defs/steps"},"etrn":{"$ref":"#/$defs/steps"},"vrfy":{"$ref":"#/$defs/steps"},"message":{"$ref":"#/$defs/steps"},"store":{"$ref":"#/$defs/steps"},"use":{"$ref":"#/$defs/steps"}}};
const schema15 = {"type":"array","items":{"$ref":"#/$defs/step"}};
const schema16 = {"expected":"a name, or a mapping with a name and its options","anyOf":[{"type":"string","minLength":1},{"type":"object","minProperties":1}]};

function validate6(data, {instancePath="", parentData, parentDataProperty, rootData=data, dynamicAnchors={}}={}){
let vErrors = null;
let errors = 0;
const evaluated0 = validate6.evaluated;
if(evaluated0.dynamicProps){
evaluated0.props = undefined;
}
if(evaluated0.dynamicItems){
evaluated0.items = undefined;
}
if(errors === 0){
if(Array.isArray(data)){
var valid0 = true;
const len0 = data.length;
for(let i0=0; i0<len0; i0++){
let data0 = data[i0];
const _errs1 = errors;
const _errs3 = errors;
let valid2 = false;
const _errs4 = errors;
if(errors === _errs4){
if(typeof data0 === "string"){
if(func12(data0) < 1){
const err0 = {instancePath:instancePath+"/" + i0,schemaPath:"#/$defs/step/anyOf/0/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err0];
}
else {
vErrors.push(err0);
}
errors++;
}
}
else {
const err1 = {instancePath:instancePath+"/" + i0,schemaPath:"#/$defs/step/anyOf/0/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err1];
}
else {
vErrors.push(err1);
}
errors++;
}
}
var _valid0 = _errs4 === errors;
valid2 = valid2 || _valid0;
const _errs6 = errors;
if(errors === _errs6){
if(data0 && typeof data0 == "object" && !Array.isArray(data0)){
if(Object.keys(data0).length < 1){
const err2 = {instancePath:instancePath+"/" + i0,schemaPath:"#/$defs/step/anyOf/1/minProperties",keyword:"minProperties",params:{limit: 1},message:"must NOT have fewer than 1 properties"};
if(vErrors === null){
vErrors = [err2];
}
else {
vErrors.push(err2);
}
errors++;
}
}
else {
const err3 = {instancePath:instancePath+"/" + i0,schemaPath:"#/$defs/step/anyOf/1/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err3];
}
else {
vErrors.push(err3);
}
errors++;
}
}
var _valid0 = _errs6 === errors;
valid2 = valid2 || _valid0;
if(!valid2){
const err4 = {instancePath:instancePath+"/" + i0,schemaPath:"#/$defs/step/anyOf",keyword:"anyOf",params:{},message:"must match a schema in anyOf"};
if(vErrors === null){
vErrors = [err4];
}
else {
vErrors.push(err4);
}
errors++;
validate6.errors = vErrors;
return false;
}
else {
errors = _errs3;
if(vErrors !== null){
if(_errs3){
vErrors.length = _errs3;
}
else {
vErrors = null;
}
}
}
var valid0 = _errs1 === errors;
if(!valid0){
break;
}
}
}
else {
validate6.errors = [{instancePath,schemaPath:"#/type",keyword:"type",params:{type: "array"},message:"must be array"}];
return false;
}
}
validate6.errors = vErrors;
return errors === 0;
}
validate6.evaluated = {"items":true,"dynamicProps":false,"dynamicItems":false};


function validate5(data, {instancePath="", parentData, parentDataProperty, rootData=data, dynamicAnchors={}}={}){
let vErrors = null;
let errors = 0;
const evaluated0 = validate5.evaluated;
if(evaluated0.dynamicProps){
evaluated0.props = undefined;
}
if(evaluated0.dynamicItems){
evaluated0.items = undefined;
}
if(errors === 0){
if(data && typeof data == "object" && !Array.isArray(data)){
const _errs1 = errors;
for(const key0 in data){
if(!(func0.call(schema14.properties, key0))){
validate5.errors = [{instancePath,schemaPath:"#/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key0},message:"must NOT have additional properties"}];
return false;
break;
}
}
if(_errs1 === errors){
if(data.connect !== undefined){
const _errs2 = errors;
if(!(validate6(data.connect, {instancePath:instancePath+"/connect",parentData:data,parentDataProperty:"connect",rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate6.errors : vErrors.concat(validate6.errors);
errors = vErrors.length;
}
var valid0 = _errs2 === errors;
}
else {
var valid0 = true;
}
if(valid0){
if(data.helo !== undefined){
const _errs3 = errors;
if(!(validate6(data.helo, {instancePath:instancePath+"/helo",parentData:data,parentDataProperty:"helo",rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate6.errors : vErrors.concat(validate6.errors);
errors = vErrors.length;
}
var valid0 = _errs3 === errors;
}
else {
var valid0 = true;
}
if(valid0){
if(data.mail !== undefined){
const _errs4 = errors;
if(!(validate6(data.mail, {instancePath:instancePath+"/mail",parentData:data,parentDataProperty:"mail",rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate6.errors : vErrors.concat(validate6.errors);
errors = vErrors.length;
}
var valid0 = _errs4 === errors;
}
else {
var valid0 = true;
}
if(valid0){
if(data.relay !== undefined){
const _errs5 = errors;
if(!(validate6(data.relay, {instancePath:instancePath+"/relay",parentData:data,parentDataProperty:"relay",rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate6.errors : vErrors.concat(validate6.errors);
errors = vErrors.length;
}
var valid0 = _errs5 === errors;
}
else {
var valid0 = true;
}
if(valid0){
if(data.rcpt !== undefined){
const _errs6 = errors;
if(!(validate6(data.rcpt, {instancePath:instancePath+"/rcpt",parentData:data,parentDataProperty:"rcpt",rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate6.errors : vErrors.concat(validate6.errors);
errors = vErrors.length;
}
var valid0 = _errs6 === errors;
}
else {
var valid0 = true;
}
if(valid0){
if(data.data !== undefined){
const _errs7 = errors;
if(!(validate6(data.data, {instancePath:instancePath+"/data",parentData:data,parentDataProperty:"data",rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate6.errors : vErrors.concat(validate6.errors);
errors = vErrors.length;
}
var valid0 = _errs7 === errors;
}
else {
var valid0 = true;
}
if(valid0){
if(data.end_of_data !== undefined){
const _errs8 = errors;
if(!(validate6(data.end_of_data, {instancePath:instancePath+"/end_of_data",parentData:data,parentDataProperty:"end_of_data",rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate6.errors : vErrors.concat(validate6.errors);
errors = vErrors.length;
}
var valid0 = _errs8 === errors;
}
else {
var valid0 = true;
}
if(valid0){
if(data.etrn !== undefined){
const _errs9 = errors;
if(!(validate6(data.etrn, {instancePath:instancePath+"/etrn",parentData:data,parentDataProperty:"etrn",rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate6.errors : vErrors.concat(validate6.errors);
errors = vErrors.length;
}
var valid0 = _errs9 === errors;
}
else {
var valid0 = true;
}
if(valid0){
if(data.vrfy !== undefined){
const _errs10 = errors;
if(!(validate6(data.vrfy, {instancePath:instancePath+"/vrfy",parentData:data,parentDataProperty:"vrfy",rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate6.errors : vErrors.concat(validate6.errors);
errors = vErrors.length;
}
var valid0 = _errs10 === errors;
}
else {
var valid0 = true;
}
if(valid0){
if(data.message !== undefined){
const _errs11 = errors;
if(!(validate6(data.message, {instancePath:instancePath+"/message",parentData:data,parentDataProperty:"message",rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate6.errors : vErrors.concat(validate6.errors);
errors = vErrors.length;
}
var valid0 = _errs11 === errors;
}
else {
var valid0 = true;
}
if(valid0){
if(data.store !== undefined){
const _errs12 = errors;
if(!(validate6(data.store, {instancePath:instancePath+"/store",parentData:data,parentDataProperty:"store",rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate6.errors : vErrors.concat(validate6.errors);
errors = vErrors.length;
}
var valid0 = _errs12 === errors;
}
else {
var valid0 = true;
}
if(valid0){
if(data.use !== undefined){
const _errs13 = errors;
if(!(validate6(data.use, {instancePath:instancePath+"/use",parentData:data,parentDataProperty:"use",rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate6.errors : vErrors.concat(validate6.errors);
errors = vErrors.length;
}
var valid0 = _errs13 === errors;
}
else {
var valid0 = true;
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
validate5.errors = [{instancePath,schemaPath:"#/type",keyword:"type",params:{type: "object"},message:"must be object"}];
return false;
}
}
validate5.errors = vErrors;
return errors === 0;
}
validate5.evaluated = {"props":true,"dynamicProps":false,"dynamicItems":false};


function validate3(data, {instancePath="", parentData, parentDataProperty, rootData=data, dynamicAnchors={}}={}){
let vErrors = null;
let errors = 0;
const evaluated0 = validate3.evaluated;
if(evaluated0.dynamicProps){
evaluated0.props = undefined;
}
if(evaluated0.dynamicItems){
evaluated0.items = undefined;
}
if(errors === 0){
if(data && typeof data == "object" && !Array.isArray(data)){
if(data.protocol === undefined){
data.protocol = "smtp";
}
let missing0;
if(((data.name === undefined) && (missing0 = "name")) || ((data.listen === undefined) && (missing0 = "listen"))){
validate3.errors = [{instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: missing0},message:"must have required property '"+missing0+"'"}];
return false;
}
else {
const _errs1 = errors;
for(const key0 in data){
if(!((((((key0 === "name") || (key0 === "listen")) || (key0 === "protocol")) || (key0 === "stages")) || (key0 === "parameters")) || (key0 === "pipeline"))){
validate3.errors = [{instancePath,schemaPath:"#/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key0},message:"must NOT have additional properties"}];
return false;
break;
}
}
if(_errs1 === errors){
if(data.name !== undefined){
let data0 = data.name;
const _errs2 = errors;
const _errs3 = errors;
if(errors === _errs3){
if(typeof data0 === "string"){
if(!pattern0.test(data0)){
validate3.errors = [{instancePath:instancePath+"/name",schemaPath:"#/$defs/name/pattern",keyword:"pattern",params:{pattern: "^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$"},message:"must match pattern \""+"^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$"+"\""}];
return false;
}
}
else {
validate3.errors = [{instancePath:instancePath+"/name",schemaPath:"#/$defs/name/type",keyword:"type",params:{type: "string"},message:"must be string"}];
return false;
}
}
var valid0 = _errs2 === errors;
}
else {
var valid0 = true;
}
if(valid0){
if(data.listen !== undefined){
let data1 = data.listen;
const _errs5 = errors;
const _errs6 = errors;
let valid2 = false;
const _errs7 = errors;
if((typeof data1 !== "string") && (!((typeof data1 == "number") && (!(data1 % 1) && !isNaN(data1))))){
const err0 = {instancePath:instancePath+"/listen",schemaPath:"#/properties/listen/anyOf/0/type",keyword:"type",params:{type: schema3.properties.listen.anyOf[0].type},message:"must be string,integer"};
if(vErrors === null){
vErrors = [err0];
}
else {
vErrors.push(err0);
}
errors++;
}
var _valid0 = _errs7 === errors;
valid2 = valid2 || _valid0;
const _errs9 = errors;
if(errors === _errs9){
if(Array.isArray(data1)){
if(data1.length < 1){
const err1 = {instancePath:instancePath+"/listen",schemaPath:"#/properties/listen/anyOf/1/minItems",keyword:"minItems",params:{limit: 1},message:"must NOT have fewer than 1 items"};
if(vErrors === null){
vErrors = [err1];
}
else {
vErrors.push(err1);
}
errors++;
}
else {
var valid3 = true;
const len0 = data1.length;
for(let i0=0; i0<len0; i0++){
let data2 = data1[i0];
const _errs11 = errors;
if((typeof data2 !== "string") && (!((typeof data2 == "number") && (!(data2 % 1) && !isNaN(data2))))){
const err2 = {instancePath:instancePath+"/listen/" + i0,schemaPath:"#/properties/listen/anyOf/1/items/type",keyword:"type",params:{type: schema3.properties.listen.anyOf[1].items.type},message:"must be string,integer"};
if(vErrors === null){
vErrors = [err2];
}
else {
vErrors.push(err2);
}
errors++;
}
var valid3 = _errs11 === errors;
if(!valid3){
break;
}
}
if(valid3){
let i1 = data1.length;
let j0;
if(i1 > 1){
const indices0 = {};
for(;i1--;){
let item0 = data1[i1];
if((typeof item0 !== "string") && (!((typeof item0 == "number") && (!(item0 % 1) && !isNaN(item0))))){
continue;
}
if(typeof item0 == "string"){
item0 += "_";
}
if(typeof indices0[item0] == "number"){
j0 = indices0[item0];
const err3 = {instancePath:instancePath+"/listen",schemaPath:"#/properties/listen/anyOf/1/uniqueItems",keyword:"uniqueItems",params:{i: i1, j: j0},message:"must NOT have duplicate items (items ## "+j0+" and "+i1+" are identical)"};
if(vErrors === null){
vErrors = [err3];
}
else {
vErrors.push(err3);
}
errors++;
break;
}
indices0[item0] = i1;
}
}
}
}
}
else {
const err4 = {instancePath:instancePath+"/listen",schemaPath:"#/properties/listen/anyOf/1/type",keyword:"type",params:{type: "array"},message:"must be array"};
if(vErrors === null){
vErrors = [err4];
}
else {
vErrors.push(err4);
}
errors++;
}
}
var _valid0 = _errs9 === errors;
valid2 = valid2 || _valid0;
if(!valid2){
const err5 = {instancePath:instancePath+"/listen",schemaPath:"#/properties/listen/anyOf",keyword:"anyOf",params:{},message:"must match a schema in anyOf"};
if(vErrors === null){
vErrors = [err5];
}
else {
vErrors.push(err5);
}
errors++;
validate3.errors = vErrors;
return false;
}
else {
errors = _errs6;
if(vErrors !== null){
if(_errs6){
vErrors.length = _errs6;
}
else {
vErrors = null;
}
}
}
var valid0 = _errs5 === errors;
}
else {
var valid0 = true;
}
if(valid0){
let data3 = data.protocol;
const _errs13 = errors;
if(!(((data3 === "smtp") || (data3 === "lmtp")) || (data3 === "policy"))){
validate3.errors = [{instancePath:instancePath+"/protocol",schemaPath:"#/properties/protocol/enum",keyword:"enum",params:{allowedValues: schema3.properties.protocol.enum},message:"must be equal to one of the allowed values"}];
return false;
}
var valid0 = _errs13 === errors;
if(valid0){
if(data.stages !== undefined){
let data4 = data.stages;
const _errs14 = errors;
if(errors === _errs14){
if(data4 && typeof data4 == "object" && !Array.isArray(data4)){
const _errs16 = errors;
for(const key1 in data4){
if(!(func0.call(schema3.properties.stages.properties, key1))){
validate3.errors = [{instancePath:instancePath+"/stages",schemaPath:"#/properties/stages/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key1},message:"must NOT have additional properties"}];
return false;
break;
}
}
if(_errs16 === errors){
if(data4.CONNECT !== undefined){
let data5 = data4.CONNECT;
const _errs17 = errors;
const _errs18 = errors;
if(errors === _errs18){
if(Array.isArray(data5)){
if(data5.length < 1){
validate3.errors = [{instancePath:instancePath+"/stages/CONNECT",schemaPath:"#/$defs/answering/minItems",keyword:"minItems",params:{limit: 1},message:"must NOT have fewer than 1 items"}];
return false;
}
else {
var valid7 = true;
const len1 = data5.length;
for(let i2=0; i2<len1; i2++){
let data6 = data5[i2];
const _errs20 = errors;
if(!(((((((((data6 === "connect") || (data6 === "helo")) || (data6 === "mail")) || (data6 === "relay")) || (data6 === "rcpt")) || (data6 === "data")) || (data6 === "end_of_data")) || (data6 === "etrn")) || (data6 === "vrfy"))){
validate3.errors = [{instancePath:instancePath+"/stages/CONNECT/" + i2,schemaPath:"#/$defs/answering/items/enum",keyword:"enum",params:{allowedValues: schema5.items.enum},message:"must be equal to one of the allowed values"}];
return false;
}
var valid7 = _errs20 === errors;
if(!valid7){
break;
}
}
if(valid7){
let i3 = data5.length;
let j1;
if(i3 > 1){
outer0:
for(;i3--;){
for(j1 = i3; j1--;){
if(func2(data5[i3], data5[j1])){
validate3.errors = [{instancePath:instancePath+"/stages/CONNECT",schemaPath:"#/$defs/answering/uniqueItems",keyword:"uniqueItems",params:{i: i3, j: j1},message:"must NOT have duplicate items (items ## "+j1+" and "+i3+" are identical)"}];
return false;
break outer0;
}
}
}
}
}
}
}
else {
validate3.errors = [{instancePath:instancePath+"/stages/CONNECT",schemaPath:"#/$defs/answering/type",keyword:"type",params:{type: "array"},message:"must be array"}];
return false;
}
}
var valid5 = _errs17 === errors;
}
else {
var valid5 = true;
}
if(valid5){
if(data4.HELO !== undefined){
let data7 = data4.HELO;
const _errs21 = errors;
const _errs22 = errors;
if(errors === _errs22){
if(Array.isArray(data7)){
if(data7.length < 1){
validate3.errors = [{instancePath:instancePath+"/stages/HELO",schemaPath:"#/$defs/answering/minItems",keyword:"minItems",params:{limit: 1},message:"must NOT have fewer than 1 items"}];
return false;
}
else {
var valid10 = true;
const len2 = data7.length;
for(let i4=0; i4<len2; i4++){
let data8 = data7[i4];
const _errs24 = errors;
if(!(((((((((data8 === "connect") || (data8 === "helo")) || (data8 === "mail")) || (data8 === "relay")) || (data8 === "rcpt")) || (data8 === "data")) || (data8 === "end_of_data")) || (data8 === "etrn")) || (data8 === "vrfy"))){
validate3.errors = [{instancePath:instancePath+"/stages/HELO/" + i4,schemaPath:"#/$defs/answering/items/enum",keyword:"enum",params:{allowedValues: schema5.items.enum},message:"must be equal to one of the allowed values"}];
return false;
}
var valid10 = _errs24 === errors;
if(!valid10){
break;
}
}
if(valid10){
let i5 = data7.length;
let j2;
if(i5 > 1){
outer1:
for(;i5--;){
for(j2 = i5; j2--;){
if(func2(data7[i5], data7[j2])){
validate3.errors = [{instancePath:instancePath+"/stages/HELO",schemaPath:"#/$defs/answering/uniqueItems",keyword:"uniqueItems",params:{i: i5, j: j2},message:"must NOT have duplicate items (items ## "+j2+" and "+i5+" are identical)"}];
return false;
break outer1;
}
}
}
}
}
}
}
else {
validate3.errors = [{instancePath:instancePath+"/stages/HELO",schemaPath:"#/$defs/answering/type",keyword:"type",params:{type: "array"},message:"must be array"}];
return false;
}
}
var valid5 = _errs21 === errors;
}
else {
var valid5 = true;
}
if(valid5){
if(data4.EHLO !== undefined){
let data9 = data4.EHLO;
const _errs25 = errors;
const _errs26 = errors;
if(errors === _errs26){
if(Array.isArray(data9)){
if(data9.length < 1){
validate3.errors = [{instancePath:instancePath+"/stages/EHLO",schemaPath:"#/$defs/answering/minItems",keyword:"minItems",params:{limit: 1},message:"must NOT have fewer than 1 items"}];
return false;
}
else {
var valid13 = true;
const len3 = data9.length;
for(let i6=0; i6<len3; i6++){
let data10 = data9[i6];
const _errs28 = errors;
if(!(((((((((data10 === "connect") || (data10 === "helo")) || (data10 === "mail")) || (data10 === "relay")) || (data10 === "rcpt")) || (data10 === "data")) || (data10 === "end_of_data")) || (data10 === "etrn")) || (data10 === "vrfy"))){
validate3.errors = [{instancePath:instancePath+"/stages/EHLO/" + i6,schemaPath:"#/$defs/answering/items/enum",keyword:"enum",params:{allowedValues: schema5.items.enum},message:"must be equal to one of the allowed values"}];
return false;
}
var valid13 = _errs28 === errors;
if(!valid13){
break;
}
}
if(valid13){
let i7 = data9.length;
let j3;
if(i7 > 1){
outer2:
for(;i7--;){
for(j3 = i7; j3--;){
if(func2(data9[i7], data9[j3])){
validate3.errors = [{instancePath:instancePath+"/stages/EHLO",schemaPath:"#/$defs/answering/uniqueItems",keyword:"uniqueItems",params:{i: i7, j: j3},message:"must NOT have duplicate items (items ## "+j3+" and "+i7+" are identical)"}];
return false;
break outer2;
}
}
}
}
}
}
}
else {
validate3.errors = [{instancePath:instancePath+"/stages/EHLO",schemaPath:"#/$defs/answering/type",keyword:"type",params:{type: "array"},message:"must be array"}];
return false;
}
}
var valid5 = _errs25 === errors;
}
else {
var valid5 = true;
}
if(valid5){
if(data4.MAIL !== undefined){
let data11 = data4.MAIL;
const _errs29 = errors;
const _errs30 = errors;
if(errors === _errs30){
if(Array.isArray(data11)){
if(data11.length < 1){
validate3.errors = [{instancePath:instancePath+"/stages/MAIL",schemaPath:"#/$defs/answering/minItems",keyword:"minItems",params:{limit: 1},message:"must NOT have fewer than 1 items"}];
return false;
}
else {
var valid16 = true;
const len4 = data11.length;
for(let i8=0; i8<len4; i8++){
let data12 = data11[i8];
const _errs32 = errors;
if(!(((((((((data12 === "connect") || (data12 === "helo")) || (data12 === "mail")) || (data12 === "relay")) || (data12 === "rcpt")) || (data12 === "data")) || (data12 === "end_of_data")) || (data12 === "etrn")) || (data12 === "vrfy"))){
validate3.errors = [{instancePath:instancePath+"/stages/MAIL/" + i8,schemaPath:"#/$defs/answering/items/enum",keyword:"enum",params:{allowedValues: schema5.items.enum},message:"must be equal to one of the allowed values"}];
return false;
}
var valid16 = _errs32 === errors;
if(!valid16){
break;
}
}
if(valid16){
let i9 = data11.length;
let j4;
if(i9 > 1){
outer3:
for(;i9--;){
for(j4 = i9; j4--;){
if(func2(data11[i9], data11[j4])){
validate3.errors = [{instancePath:instancePath+"/stages/MAIL",schemaPath:"#/$defs/answering/uniqueItems",keyword:"uniqueItems",params:{i: i9, j: j4},message:"must NOT have duplicate items (items ## "+j4+" and "+i9+" are identical)"}];
return false;
break outer3;
}
}
}
}
}
}
}
else {
validate3.errors = [{instancePath:instancePath+"/stages/MAIL",schemaPath:"#/$defs/answering/type",keyword:"type",params:{type: "array"},message:"must be array"}];
return false;
}
}
var valid5 = _errs29 === errors;
}
else {
var valid5 = true;
}
if(valid5){
if(data4.RCPT !== undefined){
let data13 = data4.RCPT;
const _errs33 = errors;
const _errs34 = errors;
if(errors === _errs34){
if(Array.isArray(data13)){
if(data13.length < 1){
validate3.errors = [{instancePath:instancePath+"/stages/RCPT",schemaPath:"#/$defs/answering/minItems",keyword:"minItems",params:{limit: 1},message:"must NOT have fewer than 1 items"}];
return false;
}
else {
var valid19 = true;
const len5 = data13.length;
for(let i10=0; i10<len5; i10++){
let data14 = data13[i10];
const _errs36 = errors;
if(!(((((((((data14 === "connect") || (data14 === "helo")) || (data14 === "mail")) || (data14 === "relay")) || (data14 === "rcpt")) || (data14 === "data")) || (data14 === "end_of_data")) || (data14 === "etrn")) || (data14 === "vrfy"))){
validate3.errors = [{instancePath:instancePath+"/stages/RCPT/" + i10,schemaPath:"#/$defs/answering/items/enum",keyword:"enum",params:{allowedValues: schema5.items.enum},message:"must be equal to one of the allowed values"}];
return false;
}
var valid19 = _errs36 === errors;
if(!valid19){
break;
}
}
if(valid19){
let i11 = data13.length;
let j5;
if(i11 > 1){
outer4:
for(;i11--;){
for(j5 = i11; j5--;){
if(func2(data13[i11], data13[j5])){
validate3.errors = [{instancePath:instancePath+"/stages/RCPT",schemaPath:"#/$defs/answering/uniqueItems",keyword:"uniqueItems",params:{i: i11, j: j5},message:"must NOT have duplicate items (items ## "+j5+" and "+i11+" are identical)"}];
return false;
break outer4;
}
}
}
}
}
}
}
else {
validate3.errors = [{instancePath:instancePath+"/stages/RCPT",schemaPath:"#/$defs/answering/type",keyword:"type",params:{type: "array"},message:"must be array"}];
return false;
}
}
var valid5 = _errs33 === errors;
}
else {
var valid5 = true;
}
if(valid5){
if(data4.DATA !== undefined){
let data15 = data4.DATA;
const _errs37 = errors;
const _errs38 = errors;
if(errors === _errs38){
if(Array.isArray(data15)){
if(data15.length < 1){
validate3.errors = [{instancePath:instancePath+"/stages/DATA",schemaPath:"#/$defs/answering/minItems",keyword:"minItems",params:{limit: 1},message:"must NOT have fewer than 1 items"}];
return false;
}
else {
var valid22 = true;
const len6 = data15.length;
for(let i12=0; i12<len6; i12++){
let data16 = data15[i12];
const _errs40 = errors;
if(!(((((((((data16 === "connect") || (data16 === "helo")) || (data16 === "mail")) || (data16 === "relay")) || (data16 === "rcpt")) || (data16 === "data")) || (data16 === "end_of_data")) || (data16 === "etrn")) || (data16 === "vrfy"))){
validate3.errors = [{instancePath:instancePath+"/stages/DATA/" + i12,schemaPath:"#/$defs/answering/items/enum",keyword:"enum",params:{allowedValues: schema5.items.enum},message:"must be equal to one of the allowed values"}];
return false;
}
var valid22 = _errs40 === errors;
if(!valid22){
break;
}
}
if(valid22){
let i13 = data15.length;
let j6;
if(i13 > 1){
outer5:
for(;i13--;){
for(j6 = i13; j6--;){
if(func2(data15[i13], data15[j6])){
validate3.errors = [{instancePath:instancePath+"/stages/DATA",schemaPath:"#/$defs/answering/uniqueItems",keyword:"uniqueItems",params:{i: i13, j: j6},message:"must NOT have duplicate items (items ## "+j6+" and "+i13+" are identical)"}];
return false;
break outer5;
}
}
}
}
}
}
}
else {
validate3.errors = [{instancePath:instancePath+"/stages/DATA",schemaPath:"#/$defs/answering/type",keyword:"type",params:{type: "array"},message:"must be array"}];
return false;
}
}
var valid5 = _errs37 === errors;
}
else {
var valid5 = true;
}
if(valid5){
if(data4["END-OF-MESSAGE"] !== undefined){
let data17 = data4["END-OF-MESSAGE"];
const _errs41 = errors;
const _errs42 = errors;
if(errors === _errs42){
if(Array.isArray(data17)){
if(data17.length < 1){
validate3.errors = [{instancePath:instancePath+"/stages/END-OF-MESSAGE",schemaPath:"#/$defs/answering/minItems",keyword:"minItems",params:{limit: 1},message:"must NOT have fewer than 1 items"}];
return false;
}
else {
var valid25 = true;
const len7 = data17.length;
for(let i14=0; i14<len7; i14++){
let data18 = data17[i14];
const _errs44 = errors;
if(!(((((((((data18 === "connect") || (data18 === "helo")) || (data18 === "mail")) || (data18 === "relay")) || (data18 === "rcpt")) || (data18 === "data")) || (data18 === "end_of_data")) || (data18 === "etrn")) || (data18 === "vrfy"))){
validate3.errors = [{instancePath:instancePath+"/stages/END-OF-MESSAGE/" + i14,schemaPath:"#/$defs/answering/items/enum",keyword:"enum",params:{allowedValues: schema5.items.enum},message:"must be equal to one of the allowed values"}];
return false;
}
var valid25 = _errs44 === errors;
if(!valid25){
break;
}
}
if(valid25){
let i15 = data17.length;
let j7;
if(i15 > 1){
outer6:
for(;i15--;){
for(j7 = i15; j7--;){
if(func2(data17[i15], data17[j7])){
validate3.errors = [{instancePath:instancePath+"/stages/END-OF-MESSAGE",schemaPath:"#/$defs/answering/uniqueItems",keyword:"uniqueItems",params:{i: i15, j: j7},message:"must NOT have duplicate items (items ## "+j7+" and "+i15+" are identical)"}];
return false;
break outer6;
}
}
}
}
}
}
}
else {
validate3.errors = [{instancePath:instancePath+"/stages/END-OF-MESSAGE",schemaPath:"#/$defs/answering/type",keyword:"type",params:{type: "array"},message:"must be array"}];
return false;
}
}
var valid5 = _errs41 === errors;
}
else {
var valid5 = true;
}
if(valid5){
if(data4.VRFY !== undefined){
let data19 = data4.VRFY;
const _errs45 = errors;
const _errs46 = errors;
if(errors === _errs46){
if(Array.isArray(data19)){
if(data19.length < 1){
validate3.errors = [{instancePath:instancePath+"/stages/VRFY",schemaPath:"#/$defs/answering/minItems",keyword:"minItems",params:{limit: 1},message:"must NOT have fewer than 1 items"}];
return false;
}
else {
var valid28 = true;
const len8 = data19.length;
for(let i16=0; i16<len8; i16++){
let data20 = data19[i16];
const _errs48 = errors;
if(!(((((((((data20 === "connect") || (data20 === "helo")) || (data20 === "mail")) || (data20 === "relay")) || (data20 === "rcpt")) || (data20 === "data")) || (data20 === "end_of_data")) || (data20 === "etrn")) || (data20 === "vrfy"))){
validate3.errors = [{instancePath:instancePath+"/stages/VRFY/" + i16,schemaPath:"#/$defs/answering/items/enum",keyword:"enum",params:{allowedValues: schema5.items.enum},message:"must be equal to one of the allowed values"}];
return false;
}
var valid28 = _errs48 === errors;
if(!valid28){
break;
}
}
if(valid28){
let i17 = data19.length;
let j8;
if(i17 > 1){
outer7:
for(;i17--;){
for(j8 = i17; j8--;){
if(func2(data19[i17], data19[j8])){
validate3.errors = [{instancePath:instancePath+"/stages/VRFY",schemaPath:"#/$defs/answering/uniqueItems",keyword:"uniqueItems",params:{i: i17, j: j8},message:"must NOT have duplicate items (items ## "+j8+" and "+i17+" are identical)"}];
return false;
break outer7;
}
}
}
}
}
}
}
else {
validate3.errors = [{instancePath:instancePath+"/stages/VRFY",schemaPath:"#/$defs/answering/type",keyword:"type",params:{type: "array"},message:"must be array"}];
return false;
}
}
var valid5 = _errs45 === errors;
}
else {
var valid5 = true;
}
if(valid5){
if(data4.ETRN !== undefined){
let data21 = data4.ETRN;
const _errs49 = errors;
const _errs50 = errors;
if(errors === _errs50){
if(Array.isArray(data21)){
if(data21.length < 1){
validate3.errors = [{instancePath:instancePath+"/stages/ETRN",schemaPath:"#/$defs/answering/minItems",keyword:"minItems",params:{limit: 1},message:"must NOT have fewer than 1 items"}];
return false;
}
else {
var valid31 = true;
const len9 = data21.length;
for(let i18=0; i18<len9; i18++){
let data22 = data21[i18];
const _errs52 = errors;
if(!(((((((((data22 === "connect") || (data22 === "helo")) || (data22 === "mail")) || (data22 === "relay")) || (data22 === "rcpt")) || (data22 === "data")) || (data22 === "end_of_data")) || (data22 === "etrn")) || (data22 === "vrfy"))){
validate3.errors = [{instancePath:instancePath+"/stages/ETRN/" + i18,schemaPath:"#/$defs/answering/items/enum",keyword:"enum",params:{allowedValues: schema5.items.enum},message:"must be equal to one of the allowed values"}];
return false;
}
var valid31 = _errs52 === errors;
if(!valid31){
break;
}
}
if(valid31){
let i19 = data21.length;
let j9;
if(i19 > 1){
outer8:
for(;i19--;){
for(j9 = i19; j9--;){
if(func2(data21[i19], data21[j9])){
validate3.errors = [{instancePath:instancePath+"/stages/ETRN",schemaPath:"#/$defs/answering/uniqueItems",keyword:"uniqueItems",params:{i: i19, j: j9},message:"must NOT have duplicate items (items ## "+j9+" and "+i19+" are identical)"}];
return false;
break outer8;
}
}
}
}
}
}
}
else {
validate3.errors = [{instancePath:instancePath+"/stages/ETRN",schemaPath:"#/$defs/answering/type",keyword:"type",params:{type: "array"},message:"must be array"}];
return false;
}
}
var valid5 = _errs49 === errors;
}
else {
var valid5 = true;
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
validate3.errors = [{instancePath:instancePath+"/stages",schemaPath:"#/properties/stages/type",keyword:"type",params:{type: "object"},message:"must be object"}];
return false;
}
}
var valid0 = _errs14 === errors;
}
else {
var valid0 = true;
}
if(valid0){
if(data.parameters !== undefined){
const _errs53 = errors;
if(!(validate1(data.parameters, {instancePath:instancePath+"/parameters",parentData:data,parentDataProperty:"parameters",rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate1.errors : vErrors.concat(validate1.errors);
errors = vErrors.length;
}
var valid0 = _errs53 === errors;
}
else {
var valid0 = true;
}
if(valid0){
if(data.pipeline !== undefined){
const _errs54 = errors;
if(!(validate5(data.pipeline, {instancePath:instancePath+"/pipeline",parentData:data,parentDataProperty:"pipeline",rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate5.errors : vErrors.concat(validate5.errors);
errors = vErrors.length;
}
var valid0 = _errs54 === errors;
}
else {
var valid0 = true;
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
validate3.errors = [{instancePath,schemaPath:"#/type",keyword:"type",params:{type: "object"},message:"must be object"}];
return false;
}
}
validate3.errors = vErrors;
return errors === 0;
}
validate3.evaluated = {"props":true,"dynamicProps":false,"dynamicItems":false};

const schema17 = {"type":"object","additionalProperties":false,"properties":{"connect":{"$ref":"#/$defs/steps","description":"When a client connects: smtpd_client_restrictions."},"helo":{"$ref":"#/$defs/steps","description":"At HELO and EHLO: smtpd_helo_restrictions."},"mail":{"$ref":"#/$defs/steps","description":"At MAIL FROM: smtpd_sender_restrictions."},"relay":{"$ref":"#/$defs/steps","description":"At RCPT TO, who may relay: smtpd_relay_restrictions. Without an answer, only mail for own domains passes."},"rcpt":{"$ref":"#/$defs/steps","description":"At RCPT TO: smtpd_recipient_restrictions."},"data":{"$ref":"#/$defs/steps","description":"At DATA: smtpd_data_restrictions."},"end_of_data":{"$ref":"#/$defs/steps","description":"After the content: smtpd_end_of_data_restrictions."},"etrn":{"$ref":"#/$defs/steps","description":"At ETRN: smtpd_etrn_restrictions."},"vrfy":{"$ref":"#/$defs/steps","description":"At VRFY."},"message":{"$ref":"#/$defs/steps","description":"Content and address steps before a message is stored: header checks, rewriting, filters."},"store":{"$ref":"#/$defs/steps","description":"What takes a message instead of the queue."},"queue":{"$ref":"#/$defs/steps","description":"Routing and scheduling of queued mail."},"deliver":{"$ref":"#/$defs/steps","description":"On the way out: generic maps, work-arounds, filters of replies."},"bounce":{"$ref":"#/$defs/steps","description":"Before the sender is told of a failure or delay."},"use":{"$ref":"#/$defs/steps","description":"Plugins that belong to no stage: event listeners, metrics."}}};

function validate21(data, {instancePath="", parentData, parentDataProperty, rootData=data, dynamicAnchors={}}={}){
let vErrors = null;
let errors = 0;
const evaluated0 = validate21.evaluated;
if(evaluated0.dynamicProps){
evaluated0.props = undefined;
}
if(evaluated0.dynamicItems){
evaluated0.items = undefined;
}
if(errors === 0){
if(data && typeof data == "object" && !Array.isArray(data)){
const _errs1 = errors;
for(const key0 in data){
if(!(func0.call(schema17.properties, key0))){
validate21.errors = [{instancePath,schemaPath:"#/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key0},message:"must NOT have additional properties"}];
return false;
break;
}
}
if(_errs1 === errors){
if(data.connect !== undefined){
const _errs2 = errors;
if(!(validate6(data.connect, {instancePath:instancePath+"/connect",parentData:data,parentDataProperty:"connect",rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate6.errors : vErrors.concat(validate6.errors);
errors = vErrors.length;
}
var valid0 = _errs2 === errors;
}
else {
var valid0 = true;
}
if(valid0){
if(data.helo !== undefined){
const _errs3 = errors;
if(!(validate6(data.helo, {instancePath:instancePath+"/helo",parentData:data,parentDataProperty:"helo",rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate6.errors : vErrors.concat(validate6.errors);
errors = vErrors.length;
}
var valid0 = _errs3 === errors;
}
else {
var valid0 = true;
}
if(valid0){
if(data.mail !== undefined){
const _errs4 = errors;
if(!(validate6(data.mail, {instancePath:instancePath+"/mail",parentData:data,parentDataProperty:"mail",rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate6.errors : vErrors.concat(validate6.errors);
errors = vErrors.length;
}
var valid0 = _errs4 === errors;
}
else {
var valid0 = true;
}
if(valid0){
if(data.relay !== undefined){
const _errs5 = errors;
if(!(validate6(data.relay, {instancePath:instancePath+"/relay",parentData:data,parentDataProperty:"relay",rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate6.errors : vErrors.concat(validate6.errors);
errors = vErrors.length;
}
var valid0 = _errs5 === errors;
}
else {
var valid0 = true;
}
if(valid0){
if(data.rcpt !== undefined){
const _errs6 = errors;
if(!(validate6(data.rcpt, {instancePath:instancePath+"/rcpt",parentData:data,parentDataProperty:"rcpt",rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate6.errors : vErrors.concat(validate6.errors);
errors = vErrors.length;
}
var valid0 = _errs6 === errors;
}
else {
var valid0 = true;
}
if(valid0){
if(data.data !== undefined){
const _errs7 = errors;
if(!(validate6(data.data, {instancePath:instancePath+"/data",parentData:data,parentDataProperty:"data",rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate6.errors : vErrors.concat(validate6.errors);
errors = vErrors.length;
}
var valid0 = _errs7 === errors;
}
else {
var valid0 = true;
}
if(valid0){
if(data.end_of_data !== undefined){
const _errs8 = errors;
if(!(validate6(data.end_of_data, {instancePath:instancePath+"/end_of_data",parentData:data,parentDataProperty:"end_of_data",rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate6.errors : vErrors.concat(validate6.errors);
errors = vErrors.length;
}
var valid0 = _errs8 === errors;
}
else {
var valid0 = true;
}
if(valid0){
if(data.etrn !== undefined){
const _errs9 = errors;
if(!(validate6(data.etrn, {instancePath:instancePath+"/etrn",parentData:data,parentDataProperty:"etrn",rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate6.errors : vErrors.concat(validate6.errors);
errors = vErrors.length;
}
var valid0 = _errs9 === errors;
}
else {
var valid0 = true;
}
if(valid0){
if(data.vrfy !== undefined){
const _errs10 = errors;
if(!(validate6(data.vrfy, {instancePath:instancePath+"/vrfy",parentData:data,parentDataProperty:"vrfy",rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate6.errors : vErrors.concat(validate6.errors);
errors = vErrors.length;
}
var valid0 = _errs10 === errors;
}
else {
var valid0 = true;
}
if(valid0){
if(data.message !== undefined){
const _errs11 = errors;
if(!(validate6(data.message, {instancePath:instancePath+"/message",parentData:data,parentDataProperty:"message",rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate6.errors : vErrors.concat(validate6.errors);
errors = vErrors.length;
}
var valid0 = _errs11 === errors;
}
else {
var valid0 = true;
}
if(valid0){
if(data.store !== undefined){
const _errs12 = errors;
if(!(validate6(data.store, {instancePath:instancePath+"/store",parentData:data,parentDataProperty:"store",rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate6.errors : vErrors.concat(validate6.errors);
errors = vErrors.length;
}
var valid0 = _errs12 === errors;
}
else {
var valid0 = true;
}
if(valid0){
if(data.queue !== undefined){
const _errs13 = errors;
if(!(validate6(data.queue, {instancePath:instancePath+"/queue",parentData:data,parentDataProperty:"queue",rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate6.errors : vErrors.concat(validate6.errors);
errors = vErrors.length;
}
var valid0 = _errs13 === errors;
}
else {
var valid0 = true;
}
if(valid0){
if(data.deliver !== undefined){
const _errs14 = errors;
if(!(validate6(data.deliver, {instancePath:instancePath+"/deliver",parentData:data,parentDataProperty:"deliver",rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate6.errors : vErrors.concat(validate6.errors);
errors = vErrors.length;
}
var valid0 = _errs14 === errors;
}
else {
var valid0 = true;
}
if(valid0){
if(data.bounce !== undefined){
const _errs15 = errors;
if(!(validate6(data.bounce, {instancePath:instancePath+"/bounce",parentData:data,parentDataProperty:"bounce",rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate6.errors : vErrors.concat(validate6.errors);
errors = vErrors.length;
}
var valid0 = _errs15 === errors;
}
else {
var valid0 = true;
}
if(valid0){
if(data.use !== undefined){
const _errs16 = errors;
if(!(validate6(data.use, {instancePath:instancePath+"/use",parentData:data,parentDataProperty:"use",rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate6.errors : vErrors.concat(validate6.errors);
errors = vErrors.length;
}
var valid0 = _errs16 === errors;
}
else {
var valid0 = true;
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
validate21.errors = [{instancePath,schemaPath:"#/type",keyword:"type",params:{type: "object"},message:"must be object"}];
return false;
}
}
validate21.errors = vErrors;
return errors === 0;
}
validate21.evaluated = {"props":true,"dynamicProps":false,"dynamicItems":false};

const schema18 = {"type":"object","additionalProperties":false,"required":["name","agent"],"properties":{"name":{"$ref":"#/$defs/name","description":"What transport_maps, relayhost and friends call it."},"agent":{"enum":["smtp","lmtp","maildir","discard","error","retry"],"description":"Delivers by SMTP, by LMTP, into a Maildir; throws away; bounces all; defers all."},"flags":{"type":"string","pattern":"^[DORX]*$","expected":"some of the letters D, O, R, X","description":"For the agents smtp and lmtp, as flags= in master.cf. R, O, D put Return-Path, X-Original-To, Delivered-To on top (O and D: one recipient for each delivery; D: a message that has been there is a loop); X: a delivery is the last one, as success notices tell."},"parameters":{"$ref":"#/$defs/parameters","description":"Parameters of this transport alone, as -o in master.cf."},"pipeline":{"$ref":"#/$defs/transportPipeline","description":"Replaces the gateway's `deliver` steps for this transport."}}};
const pattern2 = new RegExp("^[DORX]*$", "u");
const schema20 = {"type":"object","additionalProperties":false,"properties":{"deliver":{"$ref":"#/$defs/steps"}}};

function validate40(data, {instancePath="", parentData, parentDataProperty, rootData=data, dynamicAnchors={}}={}){
let vErrors = null;
let errors = 0;
const evaluated0 = validate40.evaluated;
if(evaluated0.dynamicProps){
evaluated0.props = undefined;
}
if(evaluated0.dynamicItems){
evaluated0.items = undefined;
}
if(errors === 0){
if(data && typeof data == "object" && !Array.isArray(data)){
const _errs1 = errors;
for(const key0 in data){
if(!(key0 === "deliver")){
validate40.errors = [{instancePath,schemaPath:"#/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key0},message:"must NOT have additional properties"}];
return false;
break;
}
}
if(_errs1 === errors){
if(data.deliver !== undefined){
if(!(validate6(data.deliver, {instancePath:instancePath+"/deliver",parentData:data,parentDataProperty:"deliver",rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate6.errors : vErrors.concat(validate6.errors);
errors = vErrors.length;
}
}
}
}
else {
validate40.errors = [{instancePath,schemaPath:"#/type",keyword:"type",params:{type: "object"},message:"must be object"}];
return false;
}
}
validate40.errors = vErrors;
return errors === 0;
}
validate40.evaluated = {"props":true,"dynamicProps":false,"dynamicItems":false};


function validate38(data, {instancePath="", parentData, parentDataProperty, rootData=data, dynamicAnchors={}}={}){
let vErrors = null;
let errors = 0;
const evaluated0 = validate38.evaluated;
if(evaluated0.dynamicProps){
evaluated0.props = undefined;
}
if(evaluated0.dynamicItems){
evaluated0.items = undefined;
}
if(errors === 0){
if(data && typeof data == "object" && !Array.isArray(data)){
let missing0;
if(((data.name === undefined) && (missing0 = "name")) || ((data.agent === undefined) && (missing0 = "agent"))){
validate38.errors = [{instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: missing0},message:"must have required property '"+missing0+"'"}];
return false;
}
else {
const _errs1 = errors;
for(const key0 in data){
if(!(((((key0 === "name") || (key0 === "agent")) || (key0 === "flags")) || (key0 === "parameters")) || (key0 === "pipeline"))){
validate38.errors = [{instancePath,schemaPath:"#/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key0},message:"must NOT have additional properties"}];
return false;
break;
}
}
if(_errs1 === errors){
if(data.name !== undefined){
let data0 = data.name;
const _errs2 = errors;
const _errs3 = errors;
if(errors === _errs3){
if(typeof data0 === "string"){
if(!pattern0.test(data0)){
validate38.errors = [{instancePath:instancePath+"/name",schemaPath:"#/$defs/name/pattern",keyword:"pattern",params:{pattern: "^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$"},message:"must match pattern \""+"^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$"+"\""}];
return false;
}
}
else {
validate38.errors = [{instancePath:instancePath+"/name",schemaPath:"#/$defs/name/type",keyword:"type",params:{type: "string"},message:"must be string"}];
return false;
}
}
var valid0 = _errs2 === errors;
}
else {
var valid0 = true;
}
if(valid0){
if(data.agent !== undefined){
let data1 = data.agent;
const _errs5 = errors;
if(!((((((data1 === "smtp") || (data1 === "lmtp")) || (data1 === "maildir")) || (data1 === "discard")) || (data1 === "error")) || (data1 === "retry"))){
validate38.errors = [{instancePath:instancePath+"/agent",schemaPath:"#/properties/agent/enum",keyword:"enum",params:{allowedValues: schema18.properties.agent.enum},message:"must be equal to one of the allowed values"}];
return false;
}
var valid0 = _errs5 === errors;
}
else {
var valid0 = true;
}
if(valid0){
if(data.flags !== undefined){
let data2 = data.flags;
const _errs6 = errors;
if(errors === _errs6){
if(typeof data2 === "string"){
if(!pattern2.test(data2)){
validate38.errors = [{instancePath:instancePath+"/flags",schemaPath:"#/properties/flags/pattern",keyword:"pattern",params:{pattern: "^[DORX]*$"},message:"must match pattern \""+"^[DORX]*$"+"\""}];
return false;
}
}
else {
validate38.errors = [{instancePath:instancePath+"/flags",schemaPath:"#/properties/flags/type",keyword:"type",params:{type: "string"},message:"must be string"}];
return false;
}
}
var valid0 = _errs6 === errors;
}
else {
var valid0 = true;
}
if(valid0){
if(data.parameters !== undefined){
const _errs8 = errors;
if(!(validate1(data.parameters, {instancePath:instancePath+"/parameters",parentData:data,parentDataProperty:"parameters",rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate1.errors : vErrors.concat(validate1.errors);
errors = vErrors.length;
}
var valid0 = _errs8 === errors;
}
else {
var valid0 = true;
}
if(valid0){
if(data.pipeline !== undefined){
const _errs9 = errors;
if(!(validate40(data.pipeline, {instancePath:instancePath+"/pipeline",parentData:data,parentDataProperty:"pipeline",rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate40.errors : vErrors.concat(validate40.errors);
errors = vErrors.length;
}
var valid0 = _errs9 === errors;
}
else {
var valid0 = true;
}
}
}
}
}
}
}
}
else {
validate38.errors = [{instancePath,schemaPath:"#/type",keyword:"type",params:{type: "object"},message:"must be object"}];
return false;
}
}
validate38.errors = vErrors;
return errors === 0;
}
validate38.evaluated = {"props":true,"dynamicProps":false,"dynamicItems":false};

const pattern3 = new RegExp("^rediss?://", "u");

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
if(data.queue_directory === undefined){
data.queue_directory = "/var/spool/postern";
}
if(data.workers === undefined){
data.workers = "auto";
}
let missing0;
if(((data.version === undefined) && (missing0 = "version")) || ((data.listeners === undefined) && (missing0 = "listeners"))){
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
if(data.version !== undefined){
const _errs2 = errors;
if(1 !== data.version){
validate0.errors = [{instancePath:instancePath+"/version",schemaPath:"#/properties/version/const",keyword:"const",params:{allowedValue: 1},message:"must be equal to constant"}];
return false;
}
var valid0 = _errs2 === errors;
}
else {
var valid0 = true;
}
if(valid0){
if(data.parameters !== undefined){
const _errs3 = errors;
if(!(validate1(data.parameters, {instancePath:instancePath+"/parameters",parentData:data,parentDataProperty:"parameters",rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate1.errors : vErrors.concat(validate1.errors);
errors = vErrors.length;
}
var valid0 = _errs3 === errors;
}
else {
var valid0 = true;
}
if(valid0){
if(data.listeners !== undefined){
let data2 = data.listeners;
const _errs4 = errors;
if(errors === _errs4){
if(Array.isArray(data2)){
if(data2.length < 1){
validate0.errors = [{instancePath:instancePath+"/listeners",schemaPath:"#/properties/listeners/minItems",keyword:"minItems",params:{limit: 1},message:"must NOT have fewer than 1 items"}];
return false;
}
else {
var valid1 = true;
const len0 = data2.length;
for(let i0=0; i0<len0; i0++){
const _errs6 = errors;
if(!(validate3(data2[i0], {instancePath:instancePath+"/listeners/" + i0,parentData:data2,parentDataProperty:i0,rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate3.errors : vErrors.concat(validate3.errors);
errors = vErrors.length;
}
var valid1 = _errs6 === errors;
if(!valid1){
break;
}
}
}
}
else {
validate0.errors = [{instancePath:instancePath+"/listeners",schemaPath:"#/properties/listeners/type",keyword:"type",params:{type: "array"},message:"must be array"}];
return false;
}
}
var valid0 = _errs4 === errors;
}
else {
var valid0 = true;
}
if(valid0){
if(data.pipeline !== undefined){
const _errs7 = errors;
if(!(validate21(data.pipeline, {instancePath:instancePath+"/pipeline",parentData:data,parentDataProperty:"pipeline",rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate21.errors : vErrors.concat(validate21.errors);
errors = vErrors.length;
}
var valid0 = _errs7 === errors;
}
else {
var valid0 = true;
}
if(valid0){
if(data.transports !== undefined){
let data5 = data.transports;
const _errs8 = errors;
if(errors === _errs8){
if(Array.isArray(data5)){
var valid2 = true;
const len1 = data5.length;
for(let i1=0; i1<len1; i1++){
const _errs10 = errors;
if(!(validate38(data5[i1], {instancePath:instancePath+"/transports/" + i1,parentData:data5,parentDataProperty:i1,rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate38.errors : vErrors.concat(validate38.errors);
errors = vErrors.length;
}
var valid2 = _errs10 === errors;
if(!valid2){
break;
}
}
}
else {
validate0.errors = [{instancePath:instancePath+"/transports",schemaPath:"#/properties/transports/type",keyword:"type",params:{type: "array"},message:"must be array"}];
return false;
}
}
var valid0 = _errs8 === errors;
}
else {
var valid0 = true;
}
if(valid0){
let data7 = data.queue_directory;
const _errs11 = errors;
if(errors === _errs11){
if(typeof data7 === "string"){
if(func12(data7) < 1){
validate0.errors = [{instancePath:instancePath+"/queue_directory",schemaPath:"#/properties/queue_directory/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"}];
return false;
}
}
else {
validate0.errors = [{instancePath:instancePath+"/queue_directory",schemaPath:"#/properties/queue_directory/type",keyword:"type",params:{type: "string"},message:"must be string"}];
return false;
}
}
var valid0 = _errs11 === errors;
if(valid0){
let data8 = data.workers;
const _errs13 = errors;
const _errs14 = errors;
let valid3 = false;
const _errs15 = errors;
if(!((typeof data8 == "number") && (!(data8 % 1) && !isNaN(data8)))){
const err0 = {instancePath:instancePath+"/workers",schemaPath:"#/properties/workers/anyOf/0/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err0];
}
else {
vErrors.push(err0);
}
errors++;
}
if(errors === _errs15){
if(typeof data8 == "number"){
if(data8 > 256 || isNaN(data8)){
const err1 = {instancePath:instancePath+"/workers",schemaPath:"#/properties/workers/anyOf/0/maximum",keyword:"maximum",params:{comparison: "<=", limit: 256},message:"must be <= 256"};
if(vErrors === null){
vErrors = [err1];
}
else {
vErrors.push(err1);
}
errors++;
}
else {
if(data8 < 1 || isNaN(data8)){
const err2 = {instancePath:instancePath+"/workers",schemaPath:"#/properties/workers/anyOf/0/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1"};
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
}
var _valid0 = _errs15 === errors;
valid3 = valid3 || _valid0;
const _errs17 = errors;
if("auto" !== data8){
const err3 = {instancePath:instancePath+"/workers",schemaPath:"#/properties/workers/anyOf/1/const",keyword:"const",params:{allowedValue: "auto"},message:"must be equal to constant"};
if(vErrors === null){
vErrors = [err3];
}
else {
vErrors.push(err3);
}
errors++;
}
var _valid0 = _errs17 === errors;
valid3 = valid3 || _valid0;
if(!valid3){
const err4 = {instancePath:instancePath+"/workers",schemaPath:"#/properties/workers/anyOf",keyword:"anyOf",params:{},message:"must match a schema in anyOf"};
if(vErrors === null){
vErrors = [err4];
}
else {
vErrors.push(err4);
}
errors++;
validate0.errors = vErrors;
return false;
}
else {
errors = _errs14;
if(vErrors !== null){
if(_errs14){
vErrors.length = _errs14;
}
else {
vErrors = null;
}
}
}
var valid0 = _errs13 === errors;
if(valid0){
if(data.user !== undefined){
let data9 = data.user;
const _errs18 = errors;
if(errors === _errs18){
if(typeof data9 === "string"){
if(func12(data9) < 1){
validate0.errors = [{instancePath:instancePath+"/user",schemaPath:"#/properties/user/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"}];
return false;
}
}
else {
validate0.errors = [{instancePath:instancePath+"/user",schemaPath:"#/properties/user/type",keyword:"type",params:{type: "string"},message:"must be string"}];
return false;
}
}
var valid0 = _errs18 === errors;
}
else {
var valid0 = true;
}
if(valid0){
if(data.group !== undefined){
let data10 = data.group;
const _errs20 = errors;
if(errors === _errs20){
if(typeof data10 === "string"){
if(func12(data10) < 1){
validate0.errors = [{instancePath:instancePath+"/group",schemaPath:"#/properties/group/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"}];
return false;
}
}
else {
validate0.errors = [{instancePath:instancePath+"/group",schemaPath:"#/properties/group/type",keyword:"type",params:{type: "string"},message:"must be string"}];
return false;
}
}
var valid0 = _errs20 === errors;
}
else {
var valid0 = true;
}
if(valid0){
if(data.state !== undefined){
let data11 = data.state;
const _errs22 = errors;
if(errors === _errs22){
if(data11 && typeof data11 == "object" && !Array.isArray(data11)){
if(data11.engine === undefined){
data11.engine = "sqlite";
}
if(data11.max_entries === undefined){
data11.max_entries = 1000000;
}
if(data11.timeout === undefined){
data11.timeout = 250;
}
const _errs24 = errors;
for(const key1 in data11){
if(!(((((key1 === "engine") || (key1 === "file")) || (key1 === "max_entries")) || (key1 === "timeout")) || (key1 === "redis"))){
validate0.errors = [{instancePath:instancePath+"/state",schemaPath:"#/properties/state/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key1},message:"must NOT have additional properties"}];
return false;
break;
}
}
if(_errs24 === errors){
let data12 = data11.engine;
const _errs25 = errors;
if(!(((data12 === "memory") || (data12 === "sqlite")) || (data12 === "redis"))){
validate0.errors = [{instancePath:instancePath+"/state/engine",schemaPath:"#/properties/state/properties/engine/enum",keyword:"enum",params:{allowedValues: schema0.properties.state.properties.engine.enum},message:"must be equal to one of the allowed values"}];
return false;
}
var valid4 = _errs25 === errors;
if(valid4){
if(data11.file !== undefined){
let data13 = data11.file;
const _errs26 = errors;
if(errors === _errs26){
if(typeof data13 === "string"){
if(func12(data13) < 1){
validate0.errors = [{instancePath:instancePath+"/state/file",schemaPath:"#/properties/state/properties/file/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"}];
return false;
}
}
else {
validate0.errors = [{instancePath:instancePath+"/state/file",schemaPath:"#/properties/state/properties/file/type",keyword:"type",params:{type: "string"},message:"must be string"}];
return false;
}
}
var valid4 = _errs26 === errors;
}
else {
var valid4 = true;
}
if(valid4){
let data14 = data11.max_entries;
const _errs28 = errors;
if(!((typeof data14 == "number") && (!(data14 % 1) && !isNaN(data14)))){
validate0.errors = [{instancePath:instancePath+"/state/max_entries",schemaPath:"#/properties/state/properties/max_entries/type",keyword:"type",params:{type: "integer"},message:"must be integer"}];
return false;
}
if(errors === _errs28){
if(typeof data14 == "number"){
if(data14 < 1000 || isNaN(data14)){
validate0.errors = [{instancePath:instancePath+"/state/max_entries",schemaPath:"#/properties/state/properties/max_entries/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1000},message:"must be >= 1000"}];
return false;
}
}
}
var valid4 = _errs28 === errors;
if(valid4){
let data15 = data11.timeout;
const _errs30 = errors;
if(!((typeof data15 == "number") && (!(data15 % 1) && !isNaN(data15)))){
validate0.errors = [{instancePath:instancePath+"/state/timeout",schemaPath:"#/properties/state/properties/timeout/type",keyword:"type",params:{type: "integer"},message:"must be integer"}];
return false;
}
if(errors === _errs30){
if(typeof data15 == "number"){
if(data15 > 60000 || isNaN(data15)){
validate0.errors = [{instancePath:instancePath+"/state/timeout",schemaPath:"#/properties/state/properties/timeout/maximum",keyword:"maximum",params:{comparison: "<=", limit: 60000},message:"must be <= 60000"}];
return false;
}
else {
if(data15 < 10 || isNaN(data15)){
validate0.errors = [{instancePath:instancePath+"/state/timeout",schemaPath:"#/properties/state/properties/timeout/minimum",keyword:"minimum",params:{comparison: ">=", limit: 10},message:"must be >= 10"}];
return false;
}
}
}
}
var valid4 = _errs30 === errors;
if(valid4){
if(data11.redis !== undefined){
let data16 = data11.redis;
const _errs32 = errors;
if(errors === _errs32){
if(data16 && typeof data16 == "object" && !Array.isArray(data16)){
if(data16.tls === undefined){
data16.tls = false;
}
if(data16.prefix === undefined){
data16.prefix = "postern:";
}
const _errs34 = errors;
for(const key2 in data16){
if(!((((((((key2 === "url") || (key2 === "cluster")) || (key2 === "sentinels")) || (key2 === "master")) || (key2 === "username")) || (key2 === "password")) || (key2 === "tls")) || (key2 === "prefix"))){
validate0.errors = [{instancePath:instancePath+"/state/redis",schemaPath:"#/properties/state/properties/redis/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key2},message:"must NOT have additional properties"}];
return false;
break;
}
}
if(_errs34 === errors){
if(data16.url !== undefined){
let data17 = data16.url;
const _errs35 = errors;
if(errors === _errs35){
if(typeof data17 === "string"){
if(!pattern3.test(data17)){
validate0.errors = [{instancePath:instancePath+"/state/redis/url",schemaPath:"#/properties/state/properties/redis/properties/url/pattern",keyword:"pattern",params:{pattern: "^rediss?://"},message:"must match pattern \""+"^rediss?://"+"\""}];
return false;
}
}
else {
validate0.errors = [{instancePath:instancePath+"/state/redis/url",schemaPath:"#/properties/state/properties/redis/properties/url/type",keyword:"type",params:{type: "string"},message:"must be string"}];
return false;
}
}
var valid5 = _errs35 === errors;
}
else {
var valid5 = true;
}
if(valid5){
if(data16.cluster !== undefined){
let data18 = data16.cluster;
const _errs37 = errors;
if(errors === _errs37){
if(Array.isArray(data18)){
if(data18.length < 1){
validate0.errors = [{instancePath:instancePath+"/state/redis/cluster",schemaPath:"#/properties/state/properties/redis/properties/cluster/minItems",keyword:"minItems",params:{limit: 1},message:"must NOT have fewer than 1 items"}];
return false;
}
else {
var valid6 = true;
const len2 = data18.length;
for(let i2=0; i2<len2; i2++){
let data19 = data18[i2];
const _errs39 = errors;
if(errors === _errs39){
if(typeof data19 === "string"){
if(func12(data19) < 1){
validate0.errors = [{instancePath:instancePath+"/state/redis/cluster/" + i2,schemaPath:"#/properties/state/properties/redis/properties/cluster/items/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"}];
return false;
}
}
else {
validate0.errors = [{instancePath:instancePath+"/state/redis/cluster/" + i2,schemaPath:"#/properties/state/properties/redis/properties/cluster/items/type",keyword:"type",params:{type: "string"},message:"must be string"}];
return false;
}
}
var valid6 = _errs39 === errors;
if(!valid6){
break;
}
}
}
}
else {
validate0.errors = [{instancePath:instancePath+"/state/redis/cluster",schemaPath:"#/properties/state/properties/redis/properties/cluster/type",keyword:"type",params:{type: "array"},message:"must be array"}];
return false;
}
}
var valid5 = _errs37 === errors;
}
else {
var valid5 = true;
}
if(valid5){
if(data16.sentinels !== undefined){
let data20 = data16.sentinels;
const _errs41 = errors;
if(errors === _errs41){
if(Array.isArray(data20)){
if(data20.length < 1){
validate0.errors = [{instancePath:instancePath+"/state/redis/sentinels",schemaPath:"#/properties/state/properties/redis/properties/sentinels/minItems",keyword:"minItems",params:{limit: 1},message:"must NOT have fewer than 1 items"}];
return false;
}
else {
var valid7 = true;
const len3 = data20.length;
for(let i3=0; i3<len3; i3++){
let data21 = data20[i3];
const _errs43 = errors;
if(errors === _errs43){
if(typeof data21 === "string"){
if(func12(data21) < 1){
validate0.errors = [{instancePath:instancePath+"/state/redis/sentinels/" + i3,schemaPath:"#/properties/state/properties/redis/properties/sentinels/items/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"}];
return false;
}
}
else {
validate0.errors = [{instancePath:instancePath+"/state/redis/sentinels/" + i3,schemaPath:"#/properties/state/properties/redis/properties/sentinels/items/type",keyword:"type",params:{type: "string"},message:"must be string"}];
return false;
}
}
var valid7 = _errs43 === errors;
if(!valid7){
break;
}
}
}
}
else {
validate0.errors = [{instancePath:instancePath+"/state/redis/sentinels",schemaPath:"#/properties/state/properties/redis/properties/sentinels/type",keyword:"type",params:{type: "array"},message:"must be array"}];
return false;
}
}
var valid5 = _errs41 === errors;
}
else {
var valid5 = true;
}
if(valid5){
if(data16.master !== undefined){
let data22 = data16.master;
const _errs45 = errors;
if(errors === _errs45){
if(typeof data22 === "string"){
if(func12(data22) < 1){
validate0.errors = [{instancePath:instancePath+"/state/redis/master",schemaPath:"#/properties/state/properties/redis/properties/master/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"}];
return false;
}
}
else {
validate0.errors = [{instancePath:instancePath+"/state/redis/master",schemaPath:"#/properties/state/properties/redis/properties/master/type",keyword:"type",params:{type: "string"},message:"must be string"}];
return false;
}
}
var valid5 = _errs45 === errors;
}
else {
var valid5 = true;
}
if(valid5){
if(data16.username !== undefined){
let data23 = data16.username;
const _errs47 = errors;
if(errors === _errs47){
if(typeof data23 === "string"){
if(func12(data23) < 1){
validate0.errors = [{instancePath:instancePath+"/state/redis/username",schemaPath:"#/properties/state/properties/redis/properties/username/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"}];
return false;
}
}
else {
validate0.errors = [{instancePath:instancePath+"/state/redis/username",schemaPath:"#/properties/state/properties/redis/properties/username/type",keyword:"type",params:{type: "string"},message:"must be string"}];
return false;
}
}
var valid5 = _errs47 === errors;
}
else {
var valid5 = true;
}
if(valid5){
if(data16.password !== undefined){
let data24 = data16.password;
const _errs49 = errors;
if(errors === _errs49){
if(typeof data24 === "string"){
if(func12(data24) < 1){
validate0.errors = [{instancePath:instancePath+"/state/redis/password",schemaPath:"#/properties/state/properties/redis/properties/password/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"}];
return false;
}
}
else {
validate0.errors = [{instancePath:instancePath+"/state/redis/password",schemaPath:"#/properties/state/properties/redis/properties/password/type",keyword:"type",params:{type: "string"},message:"must be string"}];
return false;
}
}
var valid5 = _errs49 === errors;
}
else {
var valid5 = true;
}
if(valid5){
const _errs51 = errors;
if(typeof data16.tls !== "boolean"){
validate0.errors = [{instancePath:instancePath+"/state/redis/tls",schemaPath:"#/properties/state/properties/redis/properties/tls/type",keyword:"type",params:{type: "boolean"},message:"must be boolean"}];
return false;
}
var valid5 = _errs51 === errors;
if(valid5){
const _errs53 = errors;
if(typeof data16.prefix !== "string"){
validate0.errors = [{instancePath:instancePath+"/state/redis/prefix",schemaPath:"#/properties/state/properties/redis/properties/prefix/type",keyword:"type",params:{type: "string"},message:"must be string"}];
return false;
}
var valid5 = _errs53 === errors;
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
validate0.errors = [{instancePath:instancePath+"/state/redis",schemaPath:"#/properties/state/properties/redis/type",keyword:"type",params:{type: "object"},message:"must be object"}];
return false;
}
}
var valid4 = _errs32 === errors;
}
else {
var valid4 = true;
}
}
}
}
}
}
}
else {
validate0.errors = [{instancePath:instancePath+"/state",schemaPath:"#/properties/state/type",keyword:"type",params:{type: "object"},message:"must be object"}];
return false;
}
}
var valid0 = _errs22 === errors;
}
else {
var valid0 = true;
}
if(valid0){
if(data.log !== undefined){
let data27 = data.log;
const _errs55 = errors;
if(errors === _errs55){
if(data27 && typeof data27 == "object" && !Array.isArray(data27)){
if(data27.format === undefined){
data27.format = "maillog";
}
if(data27.level === undefined){
data27.level = "info";
}
const _errs57 = errors;
for(const key3 in data27){
if(!(((key3 === "format") || (key3 === "file")) || (key3 === "level"))){
validate0.errors = [{instancePath:instancePath+"/log",schemaPath:"#/properties/log/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key3},message:"must NOT have additional properties"}];
return false;
break;
}
}
if(_errs57 === errors){
let data28 = data27.format;
const _errs58 = errors;
if(!((data28 === "maillog") || (data28 === "json"))){
validate0.errors = [{instancePath:instancePath+"/log/format",schemaPath:"#/properties/log/properties/format/enum",keyword:"enum",params:{allowedValues: schema0.properties.log.properties.format.enum},message:"must be equal to one of the allowed values"}];
return false;
}
var valid8 = _errs58 === errors;
if(valid8){
if(data27.file !== undefined){
let data29 = data27.file;
const _errs59 = errors;
if(errors === _errs59){
if(typeof data29 === "string"){
if(func12(data29) < 1){
validate0.errors = [{instancePath:instancePath+"/log/file",schemaPath:"#/properties/log/properties/file/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"}];
return false;
}
}
else {
validate0.errors = [{instancePath:instancePath+"/log/file",schemaPath:"#/properties/log/properties/file/type",keyword:"type",params:{type: "string"},message:"must be string"}];
return false;
}
}
var valid8 = _errs59 === errors;
}
else {
var valid8 = true;
}
if(valid8){
let data30 = data27.level;
const _errs61 = errors;
if(!(((data30 === "debug") || (data30 === "info")) || (data30 === "warn"))){
validate0.errors = [{instancePath:instancePath+"/log/level",schemaPath:"#/properties/log/properties/level/enum",keyword:"enum",params:{allowedValues: schema0.properties.log.properties.level.enum},message:"must be equal to one of the allowed values"}];
return false;
}
var valid8 = _errs61 === errors;
}
}
}
}
else {
validate0.errors = [{instancePath:instancePath+"/log",schemaPath:"#/properties/log/type",keyword:"type",params:{type: "object"},message:"must be object"}];
return false;
}
}
var valid0 = _errs55 === errors;
}
else {
var valid0 = true;
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

exports.policy = validate44;
const schema21 = {"$defs":{"parameters":{"type":"object","additionalProperties":{"$ref":"#/$defs/parameterValue"}},"parameterValue":{"description":"As main.cf writes it; a list may be a YAML list.","expected":"a value or a list of values","anyOf":[{"type":["string","number","boolean","null"]},{"type":"array","items":{"type":["string","number","boolean"]}}]},"name":{"type":"string","pattern":"^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$","expected":"a name of letters, digits, \"_\", \".\" and \"-\""},"listener":{"type":"object","additionalProperties":false,"required":["name","listen"],"properties":{"name":{"$ref":"#/$defs/name","description":"Unique name; stands in logs."},"listen":{"anyOf":[{"type":["string","integer"]},{"type":"array","minItems":1,"uniqueItems":true,"items":{"type":["string","integer"]}}],"expected":"an address or a list of addresses","description":"HOST:PORT, [IPV6]:PORT, *:PORT or PORT for all addresses, or unix:/path; or a list of these. A port is a number or a name of known_tcp_ports, as smtp."},"protocol":{"enum":["smtp","lmtp","policy"],"default":"smtp","description":"What is spoken to clients. policy: other servers ask the access lists (check_policy_service)."},"stages":{"type":"object","additionalProperties":false,"properties":{"CONNECT":{"$ref":"#/$defs/answering"},"HELO":{"$ref":"#/$defs/answering"},"EHLO":{"$ref":"#/$defs/answering"},"MAIL":{"$ref":"#/$defs/answering"},"RCPT":{"$ref":"#/$defs/answering"},"DATA":{"$ref":"#/$defs/answering"},"END-OF-MESSAGE":{"$ref":"#/$defs/answering"},"VRFY":{"$ref":"#/$defs/answering"},"ETRN":{"$ref":"#/$defs/answering"}},"description":"With protocol policy: the access lists that answer a protocol_state, in order; without it each has its own (RCPT: rcpt)."},"parameters":{"$ref":"#/$defs/parameters","description":"Parameters of this listener alone, as -o in master.cf."},"pipeline":{"$ref":"#/$defs/listenerPipeline","description":"Replaces the stages that it names; `use` adds."}}},"answering":{"type":"array","minItems":1,"uniqueItems":true,"items":{"enum":["connect","helo","mail","relay","rcpt","data","end_of_data","etrn","vrfy"]},"description":"Access lists, in order."},"transport":{"type":"object","additionalProperties":false,"required":["name","agent"],"properties":{"name":{"$ref":"#/$defs/name","description":"What transport_maps, relayhost and friends call it."},"agent":{"enum":["smtp","lmtp","maildir","discard","error","retry"],"description":"Delivers by SMTP, by LMTP, into a Maildir; throws away; bounces all; defers all."},"flags":{"type":"string","pattern":"^[DORX]*$","expected":"some of the letters D, O, R, X","description":"For the agents smtp and lmtp, as flags= in master.cf. R, O, D put Return-Path, X-Original-To, Delivered-To on top (O and D: one recipient for each delivery; D: a message that has been there is a loop); X: a delivery is the last one, as success notices tell."},"parameters":{"$ref":"#/$defs/parameters","description":"Parameters of this transport alone, as -o in master.cf."},"pipeline":{"$ref":"#/$defs/transportPipeline","description":"Replaces the gateway's `deliver` steps for this transport."}}},"gatewayPipeline":{"type":"object","additionalProperties":false,"properties":{"connect":{"$ref":"#/$defs/steps","description":"When a client connects: smtpd_client_restrictions."},"helo":{"$ref":"#/$defs/steps","description":"At HELO and EHLO: smtpd_helo_restrictions."},"mail":{"$ref":"#/$defs/steps","description":"At MAIL FROM: smtpd_sender_restrictions."},"relay":{"$ref":"#/$defs/steps","description":"At RCPT TO, who may relay: smtpd_relay_restrictions. Without an answer, only mail for own domains passes."},"rcpt":{"$ref":"#/$defs/steps","description":"At RCPT TO: smtpd_recipient_restrictions."},"data":{"$ref":"#/$defs/steps","description":"At DATA: smtpd_data_restrictions."},"end_of_data":{"$ref":"#/$defs/steps","description":"After the content: smtpd_end_of_data_restrictions."},"etrn":{"$ref":"#/$defs/steps","description":"At ETRN: smtpd_etrn_restrictions."},"vrfy":{"$ref":"#/$defs/steps","description":"At VRFY."},"message":{"$ref":"#/$defs/steps","description":"Content and address steps before a message is stored: header checks, rewriting, filters."},"store":{"$ref":"#/$defs/steps","description":"What takes a message instead of the queue."},"queue":{"$ref":"#/$defs/steps","description":"Routing and scheduling of queued mail."},"deliver":{"$ref":"#/$defs/steps","description":"On the way out: generic maps, work-arounds, filters of replies."},"bounce":{"$ref":"#/$defs/steps","description":"Before the sender is told of a failure or delay."},"use":{"$ref":"#/$defs/steps","description":"Plugins that belong to no stage: event listeners, metrics."}}},"listenerPipeline":{"type":"object","additionalProperties":false,"properties":{"connect":{"$ref":"#/$defs/steps"},"helo":{"$ref":"#/$defs/steps"},"mail":{"$ref":"#/$defs/steps"},"relay":{"$ref":"#/$defs/steps"},"rcpt":{"$ref":"#/$defs/steps"},"data":{"$ref":"#/$defs/steps"},"end_of_data":{"$ref":"#/$defs/steps"},"etrn":{"$ref":"#/$defs/steps"},"vrfy":{"$ref":"#/$defs/steps"},"message":{"$ref":"#/$defs/steps"},"store":{"$ref":"#/$defs/steps"},"use":{"$ref":"#/$defs/steps"}}},"transportPipeline":{"type":"object","additionalProperties":false,"properties":{"deliver":{"$ref":"#/$defs/steps"}}},"steps":{"type":"array","items":{"$ref":"#/$defs/step"}},"step":{"expected":"a name, or a mapping with a name and its options","anyOf":[{"type":"string","minLength":1},{"type":"object","minProperties":1}]},"policy":{"type":"object","additionalProperties":false,"properties":{"id":{"$ref":"#/$defs/name","description":"Name of this step in logs and in `postern pipeline show`; default: what it is called."},"when":{"$ref":"#/$defs/when","description":"Conditions; all that are given must hold."},"timeout":{"type":["string","integer"],"description":"Longest time for one answer, such as 10s; 0 is no limit. Default: 30s for plugins that do not come with Postern, which set their own limits."},"mode":{"enum":["enforce","warn"],"default":"enforce","description":"warn: a refusal is only logged."},"onError":{"enum":["defer","skip","reject"],"default":"defer","description":"What a failure or time-out of the step means for the client."}}},"when":{"type":"object","additionalProperties":false,"properties":{"client":{"$ref":"#/$defs/patterns","description":"Client addresses, networks, names, .domains; ! excludes."},"helo":{"$ref":"#/$defs/patterns","description":"HELO names and .domains."},"sender":{"$ref":"#/$defs/patterns","description":"Sender addresses, domains, .domains, <> for the null sender."},"recipient":{"$ref":"#/$defs/patterns","description":"Recipient addresses, domains, .domains."},"authenticated":{"type":"boolean","description":"Has the client logged in?"}}},"patterns":{"anyOf":[{"type":"string","minLength":1},{"type":"array","minItems":1,"items":{"type":"string","minLength":1}}]}},"$ref":"#/$defs/policy"};
const schema22 = {"type":"object","additionalProperties":false,"properties":{"id":{"$ref":"#/$defs/name","description":"Name of this step in logs and in `postern pipeline show`; default: what it is called."},"when":{"$ref":"#/$defs/when","description":"Conditions; all that are given must hold."},"timeout":{"type":["string","integer"],"description":"Longest time for one answer, such as 10s; 0 is no limit. Default: 30s for plugins that do not come with Postern, which set their own limits."},"mode":{"enum":["enforce","warn"],"default":"enforce","description":"warn: a refusal is only logged."},"onError":{"enum":["defer","skip","reject"],"default":"defer","description":"What a failure or time-out of the step means for the client."}}};
const schema24 = {"type":"object","additionalProperties":false,"properties":{"client":{"$ref":"#/$defs/patterns","description":"Client addresses, networks, names, .domains; ! excludes."},"helo":{"$ref":"#/$defs/patterns","description":"HELO names and .domains."},"sender":{"$ref":"#/$defs/patterns","description":"Sender addresses, domains, .domains, <> for the null sender."},"recipient":{"$ref":"#/$defs/patterns","description":"Recipient addresses, domains, .domains."},"authenticated":{"type":"boolean","description":"Has the client logged in?"}}};
const schema25 = {"anyOf":[{"type":"string","minLength":1},{"type":"array","minItems":1,"items":{"type":"string","minLength":1}}]};

function validate46(data, {instancePath="", parentData, parentDataProperty, rootData=data, dynamicAnchors={}}={}){
let vErrors = null;
let errors = 0;
const evaluated0 = validate46.evaluated;
if(evaluated0.dynamicProps){
evaluated0.props = undefined;
}
if(evaluated0.dynamicItems){
evaluated0.items = undefined;
}
if(errors === 0){
if(data && typeof data == "object" && !Array.isArray(data)){
const _errs1 = errors;
for(const key0 in data){
if(!(((((key0 === "client") || (key0 === "helo")) || (key0 === "sender")) || (key0 === "recipient")) || (key0 === "authenticated"))){
validate46.errors = [{instancePath,schemaPath:"#/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key0},message:"must NOT have additional properties"}];
return false;
break;
}
}
if(_errs1 === errors){
if(data.client !== undefined){
let data0 = data.client;
const _errs2 = errors;
const _errs4 = errors;
let valid2 = false;
const _errs5 = errors;
if(errors === _errs5){
if(typeof data0 === "string"){
if(func12(data0) < 1){
const err0 = {instancePath:instancePath+"/client",schemaPath:"#/$defs/patterns/anyOf/0/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err0];
}
else {
vErrors.push(err0);
}
errors++;
}
}
else {
const err1 = {instancePath:instancePath+"/client",schemaPath:"#/$defs/patterns/anyOf/0/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err1];
}
else {
vErrors.push(err1);
}
errors++;
}
}
var _valid0 = _errs5 === errors;
valid2 = valid2 || _valid0;
const _errs7 = errors;
if(errors === _errs7){
if(Array.isArray(data0)){
if(data0.length < 1){
const err2 = {instancePath:instancePath+"/client",schemaPath:"#/$defs/patterns/anyOf/1/minItems",keyword:"minItems",params:{limit: 1},message:"must NOT have fewer than 1 items"};
if(vErrors === null){
vErrors = [err2];
}
else {
vErrors.push(err2);
}
errors++;
}
else {
var valid3 = true;
const len0 = data0.length;
for(let i0=0; i0<len0; i0++){
let data1 = data0[i0];
const _errs9 = errors;
if(errors === _errs9){
if(typeof data1 === "string"){
if(func12(data1) < 1){
const err3 = {instancePath:instancePath+"/client/" + i0,schemaPath:"#/$defs/patterns/anyOf/1/items/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err3];
}
else {
vErrors.push(err3);
}
errors++;
}
}
else {
const err4 = {instancePath:instancePath+"/client/" + i0,schemaPath:"#/$defs/patterns/anyOf/1/items/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err4];
}
else {
vErrors.push(err4);
}
errors++;
}
}
var valid3 = _errs9 === errors;
if(!valid3){
break;
}
}
}
}
else {
const err5 = {instancePath:instancePath+"/client",schemaPath:"#/$defs/patterns/anyOf/1/type",keyword:"type",params:{type: "array"},message:"must be array"};
if(vErrors === null){
vErrors = [err5];
}
else {
vErrors.push(err5);
}
errors++;
}
}
var _valid0 = _errs7 === errors;
valid2 = valid2 || _valid0;
if(!valid2){
const err6 = {instancePath:instancePath+"/client",schemaPath:"#/$defs/patterns/anyOf",keyword:"anyOf",params:{},message:"must match a schema in anyOf"};
if(vErrors === null){
vErrors = [err6];
}
else {
vErrors.push(err6);
}
errors++;
validate46.errors = vErrors;
return false;
}
else {
errors = _errs4;
if(vErrors !== null){
if(_errs4){
vErrors.length = _errs4;
}
else {
vErrors = null;
}
}
}
var valid0 = _errs2 === errors;
}
else {
var valid0 = true;
}
if(valid0){
if(data.helo !== undefined){
let data2 = data.helo;
const _errs11 = errors;
const _errs13 = errors;
let valid5 = false;
const _errs14 = errors;
if(errors === _errs14){
if(typeof data2 === "string"){
if(func12(data2) < 1){
const err7 = {instancePath:instancePath+"/helo",schemaPath:"#/$defs/patterns/anyOf/0/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err7];
}
else {
vErrors.push(err7);
}
errors++;
}
}
else {
const err8 = {instancePath:instancePath+"/helo",schemaPath:"#/$defs/patterns/anyOf/0/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err8];
}
else {
vErrors.push(err8);
}
errors++;
}
}
var _valid1 = _errs14 === errors;
valid5 = valid5 || _valid1;
const _errs16 = errors;
if(errors === _errs16){
if(Array.isArray(data2)){
if(data2.length < 1){
const err9 = {instancePath:instancePath+"/helo",schemaPath:"#/$defs/patterns/anyOf/1/minItems",keyword:"minItems",params:{limit: 1},message:"must NOT have fewer than 1 items"};
if(vErrors === null){
vErrors = [err9];
}
else {
vErrors.push(err9);
}
errors++;
}
else {
var valid6 = true;
const len1 = data2.length;
for(let i1=0; i1<len1; i1++){
let data3 = data2[i1];
const _errs18 = errors;
if(errors === _errs18){
if(typeof data3 === "string"){
if(func12(data3) < 1){
const err10 = {instancePath:instancePath+"/helo/" + i1,schemaPath:"#/$defs/patterns/anyOf/1/items/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err10];
}
else {
vErrors.push(err10);
}
errors++;
}
}
else {
const err11 = {instancePath:instancePath+"/helo/" + i1,schemaPath:"#/$defs/patterns/anyOf/1/items/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err11];
}
else {
vErrors.push(err11);
}
errors++;
}
}
var valid6 = _errs18 === errors;
if(!valid6){
break;
}
}
}
}
else {
const err12 = {instancePath:instancePath+"/helo",schemaPath:"#/$defs/patterns/anyOf/1/type",keyword:"type",params:{type: "array"},message:"must be array"};
if(vErrors === null){
vErrors = [err12];
}
else {
vErrors.push(err12);
}
errors++;
}
}
var _valid1 = _errs16 === errors;
valid5 = valid5 || _valid1;
if(!valid5){
const err13 = {instancePath:instancePath+"/helo",schemaPath:"#/$defs/patterns/anyOf",keyword:"anyOf",params:{},message:"must match a schema in anyOf"};
if(vErrors === null){
vErrors = [err13];
}
else {
vErrors.push(err13);
}
errors++;
validate46.errors = vErrors;
return false;
}
else {
errors = _errs13;
if(vErrors !== null){
if(_errs13){
vErrors.length = _errs13;
}
else {
vErrors = null;
}
}
}
var valid0 = _errs11 === errors;
}
else {
var valid0 = true;
}
if(valid0){
if(data.sender !== undefined){
let data4 = data.sender;
const _errs20 = errors;
const _errs22 = errors;
let valid8 = false;
const _errs23 = errors;
if(errors === _errs23){
if(typeof data4 === "string"){
if(func12(data4) < 1){
const err14 = {instancePath:instancePath+"/sender",schemaPath:"#/$defs/patterns/anyOf/0/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err14];
}
else {
vErrors.push(err14);
}
errors++;
}
}
else {
const err15 = {instancePath:instancePath+"/sender",schemaPath:"#/$defs/patterns/anyOf/0/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err15];
}
else {
vErrors.push(err15);
}
errors++;
}
}
var _valid2 = _errs23 === errors;
valid8 = valid8 || _valid2;
const _errs25 = errors;
if(errors === _errs25){
if(Array.isArray(data4)){
if(data4.length < 1){
const err16 = {instancePath:instancePath+"/sender",schemaPath:"#/$defs/patterns/anyOf/1/minItems",keyword:"minItems",params:{limit: 1},message:"must NOT have fewer than 1 items"};
if(vErrors === null){
vErrors = [err16];
}
else {
vErrors.push(err16);
}
errors++;
}
else {
var valid9 = true;
const len2 = data4.length;
for(let i2=0; i2<len2; i2++){
let data5 = data4[i2];
const _errs27 = errors;
if(errors === _errs27){
if(typeof data5 === "string"){
if(func12(data5) < 1){
const err17 = {instancePath:instancePath+"/sender/" + i2,schemaPath:"#/$defs/patterns/anyOf/1/items/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err17];
}
else {
vErrors.push(err17);
}
errors++;
}
}
else {
const err18 = {instancePath:instancePath+"/sender/" + i2,schemaPath:"#/$defs/patterns/anyOf/1/items/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err18];
}
else {
vErrors.push(err18);
}
errors++;
}
}
var valid9 = _errs27 === errors;
if(!valid9){
break;
}
}
}
}
else {
const err19 = {instancePath:instancePath+"/sender",schemaPath:"#/$defs/patterns/anyOf/1/type",keyword:"type",params:{type: "array"},message:"must be array"};
if(vErrors === null){
vErrors = [err19];
}
else {
vErrors.push(err19);
}
errors++;
}
}
var _valid2 = _errs25 === errors;
valid8 = valid8 || _valid2;
if(!valid8){
const err20 = {instancePath:instancePath+"/sender",schemaPath:"#/$defs/patterns/anyOf",keyword:"anyOf",params:{},message:"must match a schema in anyOf"};
if(vErrors === null){
vErrors = [err20];
}
else {
vErrors.push(err20);
}
errors++;
validate46.errors = vErrors;
return false;
}
else {
errors = _errs22;
if(vErrors !== null){
if(_errs22){
vErrors.length = _errs22;
}
else {
vErrors = null;
}
}
}
var valid0 = _errs20 === errors;
}
else {
var valid0 = true;
}
if(valid0){
if(data.recipient !== undefined){
let data6 = data.recipient;
const _errs29 = errors;
const _errs31 = errors;
let valid11 = false;
const _errs32 = errors;
if(errors === _errs32){
if(typeof data6 === "string"){
if(func12(data6) < 1){
const err21 = {instancePath:instancePath+"/recipient",schemaPath:"#/$defs/patterns/anyOf/0/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err21];
}
else {
vErrors.push(err21);
}
errors++;
}
}
else {
const err22 = {instancePath:instancePath+"/recipient",schemaPath:"#/$defs/patterns/anyOf/0/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err22];
}
else {
vErrors.push(err22);
}
errors++;
}
}
var _valid3 = _errs32 === errors;
valid11 = valid11 || _valid3;
const _errs34 = errors;
if(errors === _errs34){
if(Array.isArray(data6)){
if(data6.length < 1){
const err23 = {instancePath:instancePath+"/recipient",schemaPath:"#/$defs/patterns/anyOf/1/minItems",keyword:"minItems",params:{limit: 1},message:"must NOT have fewer than 1 items"};
if(vErrors === null){
vErrors = [err23];
}
else {
vErrors.push(err23);
}
errors++;
}
else {
var valid12 = true;
const len3 = data6.length;
for(let i3=0; i3<len3; i3++){
let data7 = data6[i3];
const _errs36 = errors;
if(errors === _errs36){
if(typeof data7 === "string"){
if(func12(data7) < 1){
const err24 = {instancePath:instancePath+"/recipient/" + i3,schemaPath:"#/$defs/patterns/anyOf/1/items/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err24];
}
else {
vErrors.push(err24);
}
errors++;
}
}
else {
const err25 = {instancePath:instancePath+"/recipient/" + i3,schemaPath:"#/$defs/patterns/anyOf/1/items/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err25];
}
else {
vErrors.push(err25);
}
errors++;
}
}
var valid12 = _errs36 === errors;
if(!valid12){
break;
}
}
}
}
else {
const err26 = {instancePath:instancePath+"/recipient",schemaPath:"#/$defs/patterns/anyOf/1/type",keyword:"type",params:{type: "array"},message:"must be array"};
if(vErrors === null){
vErrors = [err26];
}
else {
vErrors.push(err26);
}
errors++;
}
}
var _valid3 = _errs34 === errors;
valid11 = valid11 || _valid3;
if(!valid11){
const err27 = {instancePath:instancePath+"/recipient",schemaPath:"#/$defs/patterns/anyOf",keyword:"anyOf",params:{},message:"must match a schema in anyOf"};
if(vErrors === null){
vErrors = [err27];
}
else {
vErrors.push(err27);
}
errors++;
validate46.errors = vErrors;
return false;
}
else {
errors = _errs31;
if(vErrors !== null){
if(_errs31){
vErrors.length = _errs31;
}
else {
vErrors = null;
}
}
}
var valid0 = _errs29 === errors;
}
else {
var valid0 = true;
}
if(valid0){
if(data.authenticated !== undefined){
const _errs38 = errors;
if(typeof data.authenticated !== "boolean"){
validate46.errors = [{instancePath:instancePath+"/authenticated",schemaPath:"#/properties/authenticated/type",keyword:"type",params:{type: "boolean"},message:"must be boolean"}];
return false;
}
var valid0 = _errs38 === errors;
}
else {
var valid0 = true;
}
}
}
}
}
}
}
else {
validate46.errors = [{instancePath,schemaPath:"#/type",keyword:"type",params:{type: "object"},message:"must be object"}];
return false;
}
}
validate46.errors = vErrors;
return errors === 0;
}
validate46.evaluated = {"props":true,"dynamicProps":false,"dynamicItems":false};


function validate45(data, {instancePath="", parentData, parentDataProperty, rootData=data, dynamicAnchors={}}={}){
let vErrors = null;
let errors = 0;
const evaluated0 = validate45.evaluated;
if(evaluated0.dynamicProps){
evaluated0.props = undefined;
}
if(evaluated0.dynamicItems){
evaluated0.items = undefined;
}
if(errors === 0){
if(data && typeof data == "object" && !Array.isArray(data)){
if(data.mode === undefined){
data.mode = "enforce";
}
if(data.onError === undefined){
data.onError = "defer";
}
const _errs1 = errors;
for(const key0 in data){
if(!(((((key0 === "id") || (key0 === "when")) || (key0 === "timeout")) || (key0 === "mode")) || (key0 === "onError"))){
validate45.errors = [{instancePath,schemaPath:"#/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key0},message:"must NOT have additional properties"}];
return false;
break;
}
}
if(_errs1 === errors){
if(data.id !== undefined){
let data0 = data.id;
const _errs2 = errors;
const _errs3 = errors;
if(errors === _errs3){
if(typeof data0 === "string"){
if(!pattern0.test(data0)){
validate45.errors = [{instancePath:instancePath+"/id",schemaPath:"#/$defs/name/pattern",keyword:"pattern",params:{pattern: "^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$"},message:"must match pattern \""+"^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$"+"\""}];
return false;
}
}
else {
validate45.errors = [{instancePath:instancePath+"/id",schemaPath:"#/$defs/name/type",keyword:"type",params:{type: "string"},message:"must be string"}];
return false;
}
}
var valid0 = _errs2 === errors;
}
else {
var valid0 = true;
}
if(valid0){
if(data.when !== undefined){
const _errs5 = errors;
if(!(validate46(data.when, {instancePath:instancePath+"/when",parentData:data,parentDataProperty:"when",rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate46.errors : vErrors.concat(validate46.errors);
errors = vErrors.length;
}
var valid0 = _errs5 === errors;
}
else {
var valid0 = true;
}
if(valid0){
if(data.timeout !== undefined){
let data2 = data.timeout;
const _errs6 = errors;
if((typeof data2 !== "string") && (!((typeof data2 == "number") && (!(data2 % 1) && !isNaN(data2))))){
validate45.errors = [{instancePath:instancePath+"/timeout",schemaPath:"#/properties/timeout/type",keyword:"type",params:{type: schema22.properties.timeout.type},message:"must be string,integer"}];
return false;
}
var valid0 = _errs6 === errors;
}
else {
var valid0 = true;
}
if(valid0){
let data3 = data.mode;
const _errs8 = errors;
if(!((data3 === "enforce") || (data3 === "warn"))){
validate45.errors = [{instancePath:instancePath+"/mode",schemaPath:"#/properties/mode/enum",keyword:"enum",params:{allowedValues: schema22.properties.mode.enum},message:"must be equal to one of the allowed values"}];
return false;
}
var valid0 = _errs8 === errors;
if(valid0){
let data4 = data.onError;
const _errs9 = errors;
if(!(((data4 === "defer") || (data4 === "skip")) || (data4 === "reject"))){
validate45.errors = [{instancePath:instancePath+"/onError",schemaPath:"#/properties/onError/enum",keyword:"enum",params:{allowedValues: schema22.properties.onError.enum},message:"must be equal to one of the allowed values"}];
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
validate45.errors = [{instancePath,schemaPath:"#/type",keyword:"type",params:{type: "object"},message:"must be object"}];
return false;
}
}
validate45.errors = vErrors;
return errors === 0;
}
validate45.evaluated = {"props":true,"dynamicProps":false,"dynamicItems":false};


function validate44(data, {instancePath="", parentData, parentDataProperty, rootData=data, dynamicAnchors={}}={}){
let vErrors = null;
let errors = 0;
const evaluated0 = validate44.evaluated;
if(evaluated0.dynamicProps){
evaluated0.props = undefined;
}
if(evaluated0.dynamicItems){
evaluated0.items = undefined;
}
if(!(validate45(data, {instancePath,parentData,parentDataProperty,rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate45.errors : vErrors.concat(validate45.errors);
errors = vErrors.length;
}
validate44.errors = vErrors;
return errors === 0;
}
validate44.evaluated = {"props":true,"dynamicProps":false,"dynamicItems":false};
