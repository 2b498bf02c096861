using Interop.Fhir.FhirPath.Values;

namespace Interop.Fhir.FhirPath;

/// <summary>
/// Keys that join tables: https://sql-on-fhir.org, "Required additional functions". A key is <c>Type/id</c>, so that two types with one id
/// don't meet.
/// </summary>
internal static class KeyFunctions
{
    public static readonly (string Name, PathFunction Function)[] All =
    [
        ("getResourceKey", new(0, 0, ResourceKeyOf)),

        // The argument is a type's name, not a path: it is never evaluated.
        ("getReferenceKey", new(0, 1, ReferenceKeyOf, IsLoop: true)),
    ];

    private static void ResourceKeyOf(FunctionCall call, List<PathItem> output)
    {
        foreach (var item in call.Items)
        {
            if (item.Type.IsResource && call.Evaluation.ChildText(item.Node, "id"u8) is { } id)
            {
                output.Add(PathItem.Of($"{item.Type.Name}/{id}"));
            }
        }
    }

    private static void ReferenceKeyOf(FunctionCall call, List<PathItem> output)
    {
        var type = call.Count == 0 ? null : TypeOf(call);
        foreach (var item in call.Items)
        {
            if (item.Type.Is("Reference")
                && ReferenceText.Split(call.Evaluation.ChildText(item.Node, "reference"u8)) is { } target
                && (type is null || type == target.Type))
            {
                output.Add(PathItem.Of($"{target.Type}/{target.Id}"));
            }
        }
    }

    private static string TypeOf(FunctionCall call) =>
        call.Arguments[0] is MemberNode { Source: null or MemberNode { Source: null, Name: "FHIR" } } member
            ? member.Name
            : throw call.Fault("getReferenceKey() takes the name of a type");
}
