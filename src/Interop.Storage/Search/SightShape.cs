namespace Interop.Storage.Search;

/// <summary>What of a sight decides about the text of the SQL.</summary>
internal readonly record struct SightShape(bool HasPractitioner, int Purposes, int? Types, int Shows, string? Constraints);
