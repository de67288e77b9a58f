/** What fits helo-syntax.json. Generated. */
"use strict";
exports.whole = validate0;
const schema0 = {"title":"HeloSyntaxOptions","description":"Options of the plugin helo-syntax.","type":"object","additionalProperties":false,"required":["check"],"properties":{"check":{"enum":["invalid_helo","non_fqdn_helo","naked_address","non_fqdn_sender","non_fqdn_recipient"],"description":"What is looked at, and what is wrong with it; naked_address permits a HELO that is an address without brackets."}}};

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
let missing0;
if((data.check === undefined) && (missing0 = "check")){
validate0.errors = [{instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: missing0},message:"must have required property '"+missing0+"'"}];
return false;
}
else {
const _errs1 = errors;
for(const key0 in data){
if(!(key0 === "check")){
validate0.errors = [{instancePath,schemaPath:"#/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key0},message:"must NOT have additional properties"}];
return false;
break;
}
}
if(_errs1 === errors){
if(data.check !== undefined){
let data0 = data.check;
if(!(((((data0 === "invalid_helo") || (data0 === "non_fqdn_helo")) || (data0 === "naked_address")) || (data0 === "non_fqdn_sender")) || (data0 === "non_fqdn_recipient"))){
validate0.errors = [{instancePath:instancePath+"/check",schemaPath:"#/properties/check/enum",keyword:"enum",params:{allowedValues: schema0.properties.check.enum},message:"must be equal to one of the allowed values"}];
return false;
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
