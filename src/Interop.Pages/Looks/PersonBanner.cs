using Hl7.Fhir.Model;

namespace Interop.Pages.Looks;

/// <summary>The person on top of a page, always in this order: name, pronouns, age, language, safe contact, flags.</summary>
/// <param name="Person">Null where the reader does not see the person.</param>
public sealed record PersonBanner(Patient? Person, IReadOnlyList<Flag> Flags);
