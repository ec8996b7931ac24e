// Reads a CloudFormation template with the CDK's CfnInclude, which knows every
// resource and property, and synthesises what it understood.
//
//     CDK_OUTDIR=DIR node include.js template.yaml
const { App, Stack } = require("aws-cdk-lib");
const { CfnInclude } = require("aws-cdk-lib/cloudformation-include");

const app = new App({ analyticsReporting: false });
new CfnInclude(new Stack(app, "included"), "Template", { templateFile: process.argv[2] });
app.synth();
