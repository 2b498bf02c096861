using System.CommandLine;
using Interop.Demo;

var port = new Option<int>("--port") { Description = "The loopback port of the FHIR server.", DefaultValueFactory = _ => 5080 };
var data = new Option<string>("--data") { Description = "The folder that keeps the demo's database.", DefaultValueFactory = _ => ".interop" };
var root = new RootCommand("Starts Interop with a seeded city on this machine.") { port, data };
root.SetAction((arguments, cancellationToken) => Demo.RunAsync(arguments.GetValue(port), arguments.GetValue(data)!, cancellationToken));
return await root.Parse(args).InvokeAsync();
