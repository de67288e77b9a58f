/** What fits relay-rules.json. Generated. */
"use strict";
exports.whole = validate0;
const schema0 = {"title":"RelayRulesOptions","description":"Options of the plugin relay-rules.","type":"object","additionalProperties":false,"required":["rule"],"properties":{"rule":{"enum":["permit_mynetworks","permit_inet_interfaces","permit_sasl_authenticated","permit_tls_clientcerts","permit_tls_all_clientcerts","permit_auth_destination","permit_mx_backup","check_relay_domains","reject_unauth_destination","defer_unauth_destination"],"description":"Which rule of relaying this entry applies."}}};

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
if((data.rule === undefined) && (missing0 = "rule")){
validate0.errors = [{instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: missing0},message:"must have required property '"+missing0+"'"}];
return false;
}
else {
const _errs1 = errors;
for(const key0 in data){
if(!(key0 === "rule")){
validate0.errors = [{instancePath,schemaPath:"#/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key0},message:"must NOT have additional properties"}];
return false;
break;
}
}
if(_errs1 === errors){
if(data.rule !== undefined){
let data0 = data.rule;
if(!((((((((((data0 === "permit_mynetworks") || (data0 === "permit_inet_interfaces")) || (data0 === "permit_sasl_authenticated")) || (data0 === "permit_tls_clientcerts")) || (data0 === "permit_tls_all_clientcerts")) || (data0 === "permit_auth_destination")) || (data0 === "permit_mx_backup")) || (data0 === "check_relay_domains")) || (data0 === "reject_unauth_destination")) || (data0 === "defer_unauth_destination"))){
validate0.errors = [{instancePath:instancePath+"/rule",schemaPath:"#/properties/rule/enum",keyword:"enum",params:{allowedValues: schema0.properties.rule.enum},message:"must be equal to one of the allowed values"}];
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
