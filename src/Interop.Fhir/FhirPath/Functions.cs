using Interop.Fhir.Json;

namespace Interop.Fhir.FhirPath;

/// <summary>The functions that this engine has, by name, with the number of arguments that each takes.</summary>
internal static class Functions
{
    private static readonly Dictionary<string, (int Fewest, int Most, PathFunction Call)> Known = new(StringComparer.Ordinal)
    {
        ["where"] = (1, 1, Where),
        ["select"] = (1, 1, Select),
        ["exists"] = (0, 1, Exists),
        ["empty"] = (0, 0, (_, _, items, _, output) => output.Add(PathItem.Of(items.Count == 0))),
        ["count"] = (0, 0, (_, _, items, _, output) => output.Add(PathItem.Of(items.Count))),
        ["first"] = (0, 0, (_, _, items, _, output) => output.AddRange(items.Take(1))),
        ["last"] = (0, 0, (_, _, items, _, output) => output.AddRange(items.TakeLast(1))),
        ["tail"] = (0, 0, (_, _, items, _, output) => output.AddRange(items.Skip(1))),
        ["distinct"] = (0, 0, (evaluation, _, items, _, output) => PathEquality.AddDistinct(evaluation, items, output)),
        ["all"] = (1, 1, All),
        ["not"] = (0, 0, Not),
        ["hasValue"] = (0, 0, (evaluation, _, items, _, output) => output.Add(PathItem.Of(items.Count == 1 && items[0].HasValue))),
        ["resolve"] = (0, 0, Resolve),
        ["extension"] = (1, 1, Extension),
    };

    private static readonly MemberNode ExtensionMember = new(null, "extension");

    /// <summary>The function with this name and number of arguments. FhirPathException where there is none.</summary>
    public static PathFunction Find(string name, int arguments, int position)
    {
        if (!Known.TryGetValue(name, out var known))
        {
            throw new FhirPathException($"The function {name}() is not known", position);
        }

        return arguments >= known.Fewest && arguments <= known.Most
            ? known.Call
            : throw new FhirPathException($"{name}() does not take {arguments} arguments", position);
    }

    private static void Where(Evaluation evaluation, PathItem focus, List<PathItem> items, IReadOnlyList<PathNode> arguments, List<PathItem> output)
    {
        foreach (var item in items)
        {
            if (arguments[0].Truth(evaluation, item) == true)
            {
                output.Add(item);
            }
        }
    }

    private static void Select(Evaluation evaluation, PathItem focus, List<PathItem> items, IReadOnlyList<PathNode> arguments, List<PathItem> output)
    {
        foreach (var item in items)
        {
            arguments[0].Evaluate(evaluation, item, output);
        }
    }

    private static void Exists(Evaluation evaluation, PathItem focus, List<PathItem> items, IReadOnlyList<PathNode> arguments, List<PathItem> output)
    {
        var exists = arguments.Count == 0 ? items.Count > 0 : items.Exists(item => arguments[0].Truth(evaluation, item) == true);
        output.Add(PathItem.Of(exists));
    }

    private static void All(Evaluation evaluation, PathItem focus, List<PathItem> items, IReadOnlyList<PathNode> arguments, List<PathItem> output) =>
        output.Add(PathItem.Of(items.TrueForAll(item => arguments[0].Truth(evaluation, item) == true)));

    private static void Not(Evaluation evaluation, PathItem focus, List<PathItem> items, IReadOnlyList<PathNode> arguments, List<PathItem> output)
    {
        if (items.Count == 1)
        {
            output.Add(PathItem.Of(evaluation.Scalar(items[0]) is false));
        }
    }

    private static void Extension(Evaluation evaluation, PathItem focus, List<PathItem> items, IReadOnlyList<PathNode> arguments, List<PathItem> output)
    {
        var found = evaluation.Rent();
        arguments[0].Evaluate(evaluation, focus, found);
        var url = found.Count == 1 ? evaluation.Text(found[0]) : null;
        found.Clear();
        foreach (var item in items)
        {
            ExtensionMember.Evaluate(evaluation, item, found);
        }

        output.AddRange(found.Where(extension => url is not null && evaluation.ChildText(extension.Node, "url"u8) == url));
        evaluation.Return(found);
    }

    // Nothing is fetched: a contained resource is here, and of any other the reference itself says the type. That is all that
    // `where(resolve() is Patient)` asks.
    private static void Resolve(Evaluation evaluation, PathItem focus, List<PathItem> items, IReadOnlyList<PathNode> arguments, List<PathItem> output)
    {
        foreach (var item in items)
        {
            var isObject = item.Node >= 0 && evaluation.Tape[item.Node].Kind == TapeKind.Object;
            var text = isObject ? evaluation.ChildText(item.Node, "reference"u8) : evaluation.Text(item);
            if (text is ['#', .. var id])
            {
                Contained(evaluation, id, output);
            }
            else if (ReferenceText.TargetType(text, isObject ? evaluation.ChildText(item.Node, "type"u8) : null) is { } type)
            {
                output.Add(new(type, -1));
            }
        }
    }

    private static void Contained(Evaluation evaluation, string id, List<PathItem> output)
    {
        if (id.Length == 0)
        {
            output.Add(evaluation.Root);
            return;
        }

        var contained = evaluation.Child(0, "contained"u8);
        for (var child = contained + 1; contained >= 0 && child < evaluation.Tape[contained].Next; child = evaluation.Tape[child].Next)
        {
            if (evaluation.ChildText(child, "id"u8) == id && evaluation.ResourceType(child) is { } type)
            {
                output.Add(new(type, child));
                return;
            }
        }
    }
}
