using Interop.Distil;

if (args is not [var package, var target])
{
    Console.Error.WriteLine("usage: Interop.Distil PACKAGE_FOLDER TARGET_FOLDER");
    Console.Error.WriteLine("  PACKAGE_FOLDER  the unpacked 'package' folder of npm hl7.fhir.r4.examples 4.0.1");
    Console.Error.WriteLine("  TARGET_FOLDER   where the fact files go: profiles/r4");
    return 2;
}

var definitions = Definitions.Read(package);
Directory.CreateDirectory(target);
var rules = new RuleKeys();
FactFile.Write(Path.Combine(target, "types.json"), TypeFacts.Lines(definitions, rules));
FactFile.Write(Path.Combine(target, "rules.json"), rules.Lines());
FactFile.Write(Path.Combine(target, "codes.json"), CodeFacts.Lines(definitions));
FactFile.Write(Path.Combine(target, "search.json"), SearchFacts.Lines(definitions));
FactFile.Write(Path.Combine(target, "compartments.json"), CompartmentFacts.Lines(definitions));
return 0;
