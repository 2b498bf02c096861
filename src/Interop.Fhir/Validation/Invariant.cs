using Interop.Fhir.FhirPath;
using Interop.Fhir.Json;
using Interop.Fhir.Schema;

namespace Interop.Fhir.Validation;

/// <summary>One invariant, compiled for the type or element that carries it.</summary>
internal sealed class Invariant
{
    private const string Reserved = "{\"resourceType\":\"Basic\",\"meta\":{}}";

    /// <param name="owner">The type whose elements the expression starts at; a primitive one has none to gate by.</param>
    public Invariant(RuleFacts rule, FhirType owner)
    {
        IsError = rule.IsError;
        Text = $"{rule.Key.Split('#')[0]} of {owner.Path}: {rule.Expression}";
        Root = FhirPathExpression.Compile(rule.Expression).Root;
        var needs = 0ul;
        IsGated = owner.Kind == PrimitiveKind.None && Collect(Root, owner, ref needs);
        Needs = needs;
        WithoutNeeds = IsGated ? OverNothing(owner) : null;
    }

    public bool IsError { get; }

    /// <summary>Key, type and expression: what an issue says.</summary>
    public string Text { get; }

    public PathNode Root { get; }

    /// <summary>True where the result is known when none of the elements <see cref="Needs"/> is there.</summary>
    public bool IsGated { get; }

    /// <summary>Bits of the elements of the owner that the expression looks at.</summary>
    public ulong Needs { get; }

    /// <summary>The result without them.</summary>
    public bool? WithoutNeeds { get; }

    private static bool Collect(PathNode node, FhirType owner, ref ulong needs)
    {
        switch (node)
        {
            case LiteralNode:
                return true;
            case MemberNode { Source: null } first when !(char.IsAsciiLetterUpper(first.Name[0]) && owner.Is(first.Name)):
                Add(first.Name, owner, ref needs);
                return true;
            case MemberNode { Source: ThisNode } member:
                Add(member.Name, owner, ref needs);
                return true;
            case MemberNode { Source: MemberNode { Source: null } type } member when char.IsAsciiLetterUpper(type.Name[0])
                && owner.Is(type.Name):
                Add(member.Name, owner, ref needs);
                return true;
            case ThisNode or ResourceNode or VariableNode or IndexNode or TotalNode or MemberNode { Source: null }:
            case FunctionNode { StartsAtThis: true } or FunctionNode { Name: "iif" }:
                return false;
        }

        foreach (var part in node.Parts)
        {
            if (!Collect(part, owner, ref needs))
            {
                return false;
            }
        }

        return true;
    }

    private static void Add(string name, FhirType owner, ref ulong needs)
    {
        var elements = owner.Shape.Elements;
        for (var i = 0; i < elements.Count; i++)
        {
            needs |= elements[i].Name == name ? 1ul << i : 0;
        }
    }

    private bool? OverNothing(FhirType owner)
    {
        var utf8 = System.Text.Encoding.UTF8.GetBytes(Reserved);
        using var tape = TopLevel.Read(utf8);
        var evaluation = new Evaluation(utf8, tape);
        return Root.Truth(evaluation, new(owner, evaluation.Child(0, "meta"u8)));
    }
}
