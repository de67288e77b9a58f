/** What fits address-verification.json. Generated. */
"use strict";
exports.whole = validate0;
const schema0 = {"title":"AddressVerificationOptions","description":"Options of the plugin address-verification.","type":"object","additionalProperties":false,"required":["subject"],"properties":{"subject":{"description":"Whose address is verified.","enum":["sender","recipient"]},"on_failure":{"description":"When the shared state can not be asked: open lets mail through, closed is the step's onError.","enum":["open","closed"],"default":"closed"}}};

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
if(data.on_failure === undefined){
data.on_failure = "closed";
}
let missing0;
if((data.subject === undefined) && (missing0 = "subject")){
validate0.errors = [{instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: missing0},message:"must have required property '"+missing0+"'"}];
return false;
}
else {
const _errs1 = errors;
for(const key0 in data){
if(!((key0 === "subject") || (key0 === "on_failure"))){
validate0.errors = [{instancePath,schemaPath:"#/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key0},message:"must NOT have additional properties"}];
return false;
break;
}
}
if(_errs1 === errors){
if(data.subject !== undefined){
let data0 = data.subject;
const _errs2 = errors;
if(!((data0 === "sender") || (data0 === "recipient"))){
validate0.errors = [{instancePath:instancePath+"/subject",schemaPath:"#/properties/subject/enum",keyword:"enum",params:{allowedValues: schema0.properties.subject.enum},message:"must be equal to one of the allowed values"}];
return false;
}
var valid0 = _errs2 === errors;
}
else {
var valid0 = true;
}
if(valid0){
let data1 = data.on_failure;
const _errs3 = errors;
if(!((data1 === "open") || (data1 === "closed"))){
validate0.errors = [{instancePath:instancePath+"/on_failure",schemaPath:"#/properties/on_failure/enum",keyword:"enum",params:{allowedValues: schema0.properties.on_failure.enum},message:"must be equal to one of the allowed values"}];
return false;
}
var valid0 = _errs3 === errors;
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
