/** What fits sender-login.json. Generated. */
"use strict";
exports.whole = validate0;
const schema0 = {"title":"SenderLoginOptions","description":"Options of the plugin sender-login.","type":"object","additionalProperties":false,"properties":{"clients":{"enum":["all","authenticated","unauthenticated","known_senders"],"default":"all","description":"Whom it is for: everybody, only clients that have logged in, only those that have not, or everybody but only about senders that have an owner."}}};

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
if(data.clients === undefined){
data.clients = "all";
}
const _errs1 = errors;
for(const key0 in data){
if(!(key0 === "clients")){
validate0.errors = [{instancePath,schemaPath:"#/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key0},message:"must NOT have additional properties"}];
return false;
break;
}
}
if(_errs1 === errors){
let data0 = data.clients;
if(!((((data0 === "all") || (data0 === "authenticated")) || (data0 === "unauthenticated")) || (data0 === "known_senders"))){
validate0.errors = [{instancePath:instancePath+"/clients",schemaPath:"#/properties/clients/enum",keyword:"enum",params:{allowedValues: schema0.properties.clients.enum},message:"must be equal to one of the allowed values"}];
return false;
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
