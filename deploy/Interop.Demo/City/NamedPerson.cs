namespace Interop.Demo.City;

/// <summary>A person that tests and the demo ask for by role, with what police would know on scene.</summary>
/// <param name="Reference"><c>Patient/id</c>.</param>
/// <param name="Incident">Value of the open incident's identifier in the system <c>urn:interop:incident</c>; assigned to police.</param>
public sealed record NamedPerson(string Reference, string Incident, string Given, string Family, string BirthDate);

/// <summary>The three persons whose records differ only in what they agreed to.</summary>
/// <param name="NoConsent">No consent of any kind on file.</param>
/// <param name="IntermediateConsent">A consent gives city-hospital the intermediate tier.</param>
/// <param name="FullConsent">A consent gives city-hospital the full tier, and the person has an open case there; another lets the
/// police know
/// the basic facts on scene.</param>
public sealed record NamedPersons(NamedPerson NoConsent, NamedPerson IntermediateConsent, NamedPerson FullConsent);
