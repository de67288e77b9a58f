/** What fits recipient-classes.json. Generated. */
"use strict";
exports.whole = validate0;
const schema0 = {"title":"recipient-classes","description":"Refuses addresses in own domains that no table lists: reject_unlisted_recipient, reject_unlisted_sender.","type":"object","additionalProperties":false,"properties":{"check":{"description":"Whose address is looked up. `as_parameters`: after all lists, as smtpd_reject_unlisted_recipient and smtpd_reject_unlisted_sender say.","enum":["as_parameters","recipient","sender"],"default":"as_parameters"}}};

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
if(data.check === undefined){
data.check = "as_parameters";
}
const _errs1 = errors;
for(const key0 in data){
if(!(key0 === "check")){
validate0.errors = [{instancePath,schemaPath:"#/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key0},message:"must NOT have additional properties"}];
return false;
break;
}
}
if(_errs1 === errors){
let data0 = data.check;
if(!(((data0 === "as_parameters") || (data0 === "recipient")) || (data0 === "sender"))){
validate0.errors = [{instancePath:instancePath+"/check",schemaPath:"#/properties/check/enum",keyword:"enum",params:{allowedValues: schema0.properties.check.enum},message:"must be equal to one of the allowed values"}];
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
