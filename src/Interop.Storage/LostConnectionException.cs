using System.Data.Common;

namespace Interop.Storage;

/// <summary>A connection broke, and something further was asked of it before it was replaced.</summary>
internal sealed class LostConnectionException() : DbException("The connection to the database was lost.");
