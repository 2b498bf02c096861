namespace Interop.Sharing.Roster;

/// <summary>
/// One qualification that an organisation's roster shows of a practitioner, for as long as both role and qualification last.
/// </summary>
/// <param name="Organization">Id of the Organization on whose roster it is.</param>
/// <param name="Practitioner">Id of the Practitioner.</param>
/// <param name="Code">The qualification, <c>system|code</c>.</param>
/// <param name="From">UTC microseconds, inclusive.</param>
/// <param name="To">UTC microseconds, exclusive.</param>
public sealed record RosterRow(string Organization, string Practitioner, string Code, long From, long To);
