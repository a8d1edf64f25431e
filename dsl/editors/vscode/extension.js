// Starts iarc-lsp-server for .iarc files.
const { workspace } = require("vscode");
const { LanguageClient } = require("vscode-languageclient/node");

let client;

exports.activate = () => {
  const command = workspace.getConfiguration("iarc").get("server");
  client = new LanguageClient("iarc", "iarc", { command }, { documentSelector: [{ language: "iarc" }] });
  return client.start();
};

exports.deactivate = () => client && client.stop();
