namespace Interop.Sharing.Consents;

/// <summary>A Consent as far as this version evaluates it. Read with <see cref="ConsentReader"/>.</summary>
/// <param name="Source">Id of the Organization that wrote it, for whose records alone it speaks.</param>
/// <param name="Patient">Id of the Patient, empty when it is no local reference.</param>
/// <param name="Controllers">Ids of the custodian Organizations it speaks to; empty when unreadable.</param>
/// <param name="DateTime">When it was given, UTC microseconds; long.MinValue when absent.</param>
/// <param name="LastUpdated">When it was stored, UTC microseconds; breaks ties, and then the version does.</param>
/// <param name="Policy">Canonical of the policy, or empty.</param>
/// <param name="Indeterminate">The elements that this version does not evaluate or does not know: any makes the consent a denial.</param>
/// <param name="Part2Defects">The elements of 42 CFR 2.31(a) that it lacks, one reason each; empty when it is Part 2 valid.</param>
public sealed record ConsentFacts(
    string Id,
    long Version,
    ConsentState State,
    string Source,
    string Patient,
    IReadOnlyList<string> Controllers,
    long DateTime,
    long LastUpdated,
    string Policy,
    ProvisionFacts Root,
    IReadOnlyList<string> Indeterminate,
    IReadOnlyList<string> Part2Defects)
{
    /// <summary>Whether it can't be read whole: then it permits nothing, and denies while it is active.</summary>
    public bool IsIndeterminate => Indeterminate.Count > 0;

    /// <summary>
    /// Whom it denies where it can't be read whole: ids of the Organizations that any of its provisions names; null for everybody, where it
    /// names none, or one that is not known.
    /// </summary>
    public IReadOnlyList<string>? DeniesWhenUnclear =>
        Root.Actors.Count == 0 || Root.WithChildren().Any(node => node.UnresolvedActor)
            ? null
            : [.. Root.WithChildren().SelectMany(node => node.Actors).Distinct()];
}

/// <summary>What a Consent's status means for a decision.</summary>
public enum ConsentState
{
    /// <summary>draft, proposed, rejected, entered-in-error: as if it were not there.</summary>
    NotInEffect,

    /// <summary>active.</summary>
    Active,

    /// <summary>inactive: revoked. It still replaces older consents of its group, so that none of them comes back.</summary>
    Ended,
}
