/** What fits greylist.json. Generated. */
"use strict";
exports.whole = validate0;
const schema0 = {"title":"GreylistOptions","description":"Options of the plugin greylist; the names are postgrey's.","type":"object","additionalProperties":false,"properties":{"delay":{"type":"string","default":"300s","description":"How long a client, sender and recipient that are new together are put off."},"max_age":{"type":"string","default":"35d","description":"How long those that came back are remembered after they were last seen."},"retry_window":{"type":"string","default":"2d","description":"How long the first return may take; later it counts as new."},"auto_whitelist_clients":{"type":"integer","minimum":0,"default":5,"description":"A client that came back this often, counted once an hour at most, is not put off any more; 0: never."},"lookup_by":{"enum":["subnet","host"],"default":"subnet","description":"What counts as the same client: its network, or its address. A client whose name shows its address always counts by its address."},"ipv4cidr":{"type":"integer","minimum":8,"maximum":32,"default":24,"description":"Bits of an IPv4 address that are its network."},"ipv6cidr":{"type":"integer","minimum":16,"maximum":128,"default":64,"description":"Bits of an IPv6 address that are its network."},"whitelist_clients":{"type":"array","items":{"type":"string","minLength":1},"default":[],"description":"Clients that are never put off: names, addresses, networks, tables."},"whitelist_recipients":{"type":"array","items":{"type":"string","minLength":1},"default":[],"description":"Recipients for whom nobody is put off: tables, or inline:{...}, searched for the address, its domain, and `user@`."},"greylist_text":{"type":"string","minLength":1,"default":"Greylisted, try again in %s seconds","description":"Text of the refusal: %s is the number of seconds that are left, %r the recipient's domain."},"x_greylist_header":{"type":"string","default":"X-Greylist: delayed %t seconds by postern at %h; %d","description":"Header for mail that was put off, with the delay, our name and the date; empty: none."},"on_failure":{"enum":["open","closed"],"default":"open","description":"When the shared state can not be asked: open lets mail through, closed is the step's onError."}}};
const func0 = Object.prototype.hasOwnProperty;
const func1 = require("ajv/dist/runtime/ucs2length").default;

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
if(data.delay === undefined){
data.delay = "300s";
}
if(data.max_age === undefined){
data.max_age = "35d";
}
if(data.retry_window === undefined){
data.retry_window = "2d";
}
if(data.auto_whitelist_clients === undefined){
data.auto_whitelist_clients = 5;
}
if(data.lookup_by === undefined){
data.lookup_by = "subnet";
}
if(data.ipv4cidr === undefined){
data.ipv4cidr = 24;
}
if(data.ipv6cidr === undefined){
data.ipv6cidr = 64;
}
if(data.whitelist_clients === undefined){
data.whitelist_clients = [];
}
if(data.whitelist_recipients === undefined){
data.whitelist_recipients = [];
}
if(data.greylist_text === undefined){
data.greylist_text = "Greylisted, try again in %s seconds";
}
if(data.x_greylist_header === undefined){
data.x_greylist_header = "X-Greylist: delayed %t seconds by postern at %h; %d";
}
if(data.on_failure === undefined){
data.on_failure = "open";
}
const _errs1 = errors;
for(const key0 in data){
if(!(func0.call(schema0.properties, key0))){
validate0.errors = [{instancePath,schemaPath:"#/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key0},message:"must NOT have additional properties"}];
return false;
break;
}
}
if(_errs1 === errors){
const _errs2 = errors;
if(typeof data.delay !== "string"){
validate0.errors = [{instancePath:instancePath+"/delay",schemaPath:"#/properties/delay/type",keyword:"type",params:{type: "string"},message:"must be string"}];
return false;
}
var valid0 = _errs2 === errors;
if(valid0){
const _errs4 = errors;
if(typeof data.max_age !== "string"){
validate0.errors = [{instancePath:instancePath+"/max_age",schemaPath:"#/properties/max_age/type",keyword:"type",params:{type: "string"},message:"must be string"}];
return false;
}
var valid0 = _errs4 === errors;
if(valid0){
const _errs6 = errors;
if(typeof data.retry_window !== "string"){
validate0.errors = [{instancePath:instancePath+"/retry_window",schemaPath:"#/properties/retry_window/type",keyword:"type",params:{type: "string"},message:"must be string"}];
return false;
}
var valid0 = _errs6 === errors;
if(valid0){
let data3 = data.auto_whitelist_clients;
const _errs8 = errors;
if(!((typeof data3 == "number") && (!(data3 % 1) && !isNaN(data3)))){
validate0.errors = [{instancePath:instancePath+"/auto_whitelist_clients",schemaPath:"#/properties/auto_whitelist_clients/type",keyword:"type",params:{type: "integer"},message:"must be integer"}];
return false;
}
if(errors === _errs8){
if(typeof data3 == "number"){
if(data3 < 0 || isNaN(data3)){
validate0.errors = [{instancePath:instancePath+"/auto_whitelist_clients",schemaPath:"#/properties/auto_whitelist_clients/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0},message:"must be >= 0"}];
return false;
}
}
}
var valid0 = _errs8 === errors;
if(valid0){
let data4 = data.lookup_by;
const _errs10 = errors;
if(!((data4 === "subnet") || (data4 === "host"))){
validate0.errors = [{instancePath:instancePath+"/lookup_by",schemaPath:"#/properties/lookup_by/enum",keyword:"enum",params:{allowedValues: schema0.properties.lookup_by.enum},message:"must be equal to one of the allowed values"}];
return false;
}
var valid0 = _errs10 === errors;
if(valid0){
let data5 = data.ipv4cidr;
const _errs11 = errors;
if(!((typeof data5 == "number") && (!(data5 % 1) && !isNaN(data5)))){
validate0.errors = [{instancePath:instancePath+"/ipv4cidr",schemaPath:"#/properties/ipv4cidr/type",keyword:"type",params:{type: "integer"},message:"must be integer"}];
return false;
}
if(errors === _errs11){
if(typeof data5 == "number"){
if(data5 > 32 || isNaN(data5)){
validate0.errors = [{instancePath:instancePath+"/ipv4cidr",schemaPath:"#/properties/ipv4cidr/maximum",keyword:"maximum",params:{comparison: "<=", limit: 32},message:"must be <= 32"}];
return false;
}
else {
if(data5 < 8 || isNaN(data5)){
validate0.errors = [{instancePath:instancePath+"/ipv4cidr",schemaPath:"#/properties/ipv4cidr/minimum",keyword:"minimum",params:{comparison: ">=", limit: 8},message:"must be >= 8"}];
return false;
}
}
}
}
var valid0 = _errs11 === errors;
if(valid0){
let data6 = data.ipv6cidr;
const _errs13 = errors;
if(!((typeof data6 == "number") && (!(data6 % 1) && !isNaN(data6)))){
validate0.errors = [{instancePath:instancePath+"/ipv6cidr",schemaPath:"#/properties/ipv6cidr/type",keyword:"type",params:{type: "integer"},message:"must be integer"}];
return false;
}
if(errors === _errs13){
if(typeof data6 == "number"){
if(data6 > 128 || isNaN(data6)){
validate0.errors = [{instancePath:instancePath+"/ipv6cidr",schemaPath:"#/properties/ipv6cidr/maximum",keyword:"maximum",params:{comparison: "<=", limit: 128},message:"must be <= 128"}];
return false;
}
else {
if(data6 < 16 || isNaN(data6)){
validate0.errors = [{instancePath:instancePath+"/ipv6cidr",schemaPath:"#/properties/ipv6cidr/minimum",keyword:"minimum",params:{comparison: ">=", limit: 16},message:"must be >= 16"}];
return false;
}
}
}
}
var valid0 = _errs13 === errors;
if(valid0){
let data7 = data.whitelist_clients;
const _errs15 = errors;
if(errors === _errs15){
if(Array.isArray(data7)){
var valid1 = true;
const len0 = data7.length;
for(let i0=0; i0<len0; i0++){
let data8 = data7[i0];
const _errs17 = errors;
if(errors === _errs17){
if(typeof data8 === "string"){
if(func1(data8) < 1){
validate0.errors = [{instancePath:instancePath+"/whitelist_clients/" + i0,schemaPath:"#/properties/whitelist_clients/items/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"}];
return false;
}
}
else {
validate0.errors = [{instancePath:instancePath+"/whitelist_clients/" + i0,schemaPath:"#/properties/whitelist_clients/items/type",keyword:"type",params:{type: "string"},message:"must be string"}];
return false;
}
}
var valid1 = _errs17 === errors;
if(!valid1){
break;
}
}
}
else {
validate0.errors = [{instancePath:instancePath+"/whitelist_clients",schemaPath:"#/properties/whitelist_clients/type",keyword:"type",params:{type: "array"},message:"must be array"}];
return false;
}
}
var valid0 = _errs15 === errors;
if(valid0){
let data9 = data.whitelist_recipients;
const _errs19 = errors;
if(errors === _errs19){
if(Array.isArray(data9)){
var valid2 = true;
const len1 = data9.length;
for(let i1=0; i1<len1; i1++){
let data10 = data9[i1];
const _errs21 = errors;
if(errors === _errs21){
if(typeof data10 === "string"){
if(func1(data10) < 1){
validate0.errors = [{instancePath:instancePath+"/whitelist_recipients/" + i1,schemaPath:"#/properties/whitelist_recipients/items/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"}];
return false;
}
}
else {
validate0.errors = [{instancePath:instancePath+"/whitelist_recipients/" + i1,schemaPath:"#/properties/whitelist_recipients/items/type",keyword:"type",params:{type: "string"},message:"must be string"}];
return false;
}
}
var valid2 = _errs21 === errors;
if(!valid2){
break;
}
}
}
else {
validate0.errors = [{instancePath:instancePath+"/whitelist_recipients",schemaPath:"#/properties/whitelist_recipients/type",keyword:"type",params:{type: "array"},message:"must be array"}];
return false;
}
}
var valid0 = _errs19 === errors;
if(valid0){
let data11 = data.greylist_text;
const _errs23 = errors;
if(errors === _errs23){
if(typeof data11 === "string"){
if(func1(data11) < 1){
validate0.errors = [{instancePath:instancePath+"/greylist_text",schemaPath:"#/properties/greylist_text/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"}];
return false;
}
}
else {
validate0.errors = [{instancePath:instancePath+"/greylist_text",schemaPath:"#/properties/greylist_text/type",keyword:"type",params:{type: "string"},message:"must be string"}];
return false;
}
}
var valid0 = _errs23 === errors;
if(valid0){
const _errs25 = errors;
if(typeof data.x_greylist_header !== "string"){
validate0.errors = [{instancePath:instancePath+"/x_greylist_header",schemaPath:"#/properties/x_greylist_header/type",keyword:"type",params:{type: "string"},message:"must be string"}];
return false;
}
var valid0 = _errs25 === errors;
if(valid0){
let data13 = data.on_failure;
const _errs27 = errors;
if(!((data13 === "open") || (data13 === "closed"))){
validate0.errors = [{instancePath:instancePath+"/on_failure",schemaPath:"#/properties/on_failure/enum",keyword:"enum",params:{allowedValues: schema0.properties.on_failure.enum},message:"must be equal to one of the allowed values"}];
return false;
}
var valid0 = _errs27 === errors;
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
