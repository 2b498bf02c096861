using Interop.Fhir.Validation;

namespace Interop.Fhir.Terminology;

/// <summary>The answer to a question about codes.</summary>
public abstract record TerminologyAnswer
{
    /// <summary>A ValueSet with its expansion, or Parameters, in UTF-8 JSON.</summary>
    /// <summary>Only the terminology writes one: it holds what was loaded for everybody.</summary>
    public sealed record Found : TerminologyAnswer
    {
        internal Found(ReadOnlyMemory<byte> resource) => Resource = resource;

        public ReadOnlyMemory<byte> Resource { get; }
    }

    /// <summary>The answer needs a value set or code system that is not loaded, or not as a whole: neither yes nor no.</summary>
    /// <param name="What">Its canonical URL.</param>
    public sealed record NotLoaded(string What) : TerminologyAnswer;

    /// <summary>The question can't be answered whatever is loaded, or the code does not exist.</summary>
    public sealed record Refused(Issue Issue) : TerminologyAnswer;
}
