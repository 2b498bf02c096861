using System.CommandLine;
using System.Globalization;
using Interop.Demo;

// Unicode is the platform's; how numbers and dates are written is the same on every machine.
CultureInfo.DefaultThreadCurrentCulture = CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;

var port = new Option<int>("--port") { Description = "The loopback port of the FHIR server.", DefaultValueFactory = _ => 5080 };
var data =
    new Option<string>("--data") { Description = "The folder that keeps the demo's database.", DefaultValueFactory = _ => ".interop" };
var database =
    new Option<string?>("--database") { Description = "postgres:CONNECTION STRING of a database for it all, instead of files." };
var model = new Option<string?>("--model") { Description = "A model's file, for early intervention: without one there is none." };
var root = new RootCommand("Starts Interop with a seeded city on this machine.") { port, data, database, model };
root.SetAction((arguments, cancellationToken) =>
    Demo.RunAsync(
        arguments.GetValue(port),
        new(arguments.GetValue(data)!, arguments.GetValue(database)) { Model = arguments.GetValue(model) },
        cancellationToken));
return await root.Parse(args, new() { ResponseFileTokenReplacer = null }).InvokeAsync();
