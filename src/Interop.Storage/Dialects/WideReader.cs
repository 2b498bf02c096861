using System.Collections;
using System.Data.Common;

namespace Interop.Storage.Dialects;

/// <summary>
/// Rows of a driver that gives a whole number in the width of its column alone: a count, a literal and a flag are long here, too.
/// </summary>
internal sealed class WideReader(DbDataReader rows) : DbDataReader
{
    public override int Depth => rows.Depth;

    public override int FieldCount => rows.FieldCount;

    public override bool HasRows => rows.HasRows;

    public override bool IsClosed => rows.IsClosed;

    public override int RecordsAffected => rows.RecordsAffected;

    public override object this[int ordinal] => rows[ordinal];

    public override object this[string name] => rows[name];

    public override long GetInt64(int ordinal) => rows.GetValue(ordinal) switch
    {
        long number => number,
        int number => number,
        short number => number,
        byte number => number,
        var other => throw new InvalidCastException($"A column of {other.GetType().Name} is no whole number."),
    };

    public override bool Read() => rows.Read();

    public override bool NextResult() => rows.NextResult();

    public override bool IsDBNull(int ordinal) => rows.IsDBNull(ordinal);

    public override string GetString(int ordinal) => rows.GetString(ordinal);

    public override double GetDouble(int ordinal) => rows.GetDouble(ordinal);

    public override object GetValue(int ordinal) => rows.GetValue(ordinal);

    public override T GetFieldValue<T>(int ordinal) => rows.GetFieldValue<T>(ordinal);

    public override int GetValues(object[] values) => rows.GetValues(values);

    public override bool GetBoolean(int ordinal) => rows.GetBoolean(ordinal);

    public override byte GetByte(int ordinal) => rows.GetByte(ordinal);

    public override long GetBytes(int ordinal, long dataOffset, byte[]? buffer, int bufferOffset, int length) =>
        rows.GetBytes(ordinal, dataOffset, buffer, bufferOffset, length);

    public override char GetChar(int ordinal) => rows.GetChar(ordinal);

    public override long GetChars(int ordinal, long dataOffset, char[]? buffer, int bufferOffset, int length) =>
        rows.GetChars(ordinal, dataOffset, buffer, bufferOffset, length);

    public override DateTime GetDateTime(int ordinal) => rows.GetDateTime(ordinal);

    public override decimal GetDecimal(int ordinal) => rows.GetDecimal(ordinal);

    public override float GetFloat(int ordinal) => rows.GetFloat(ordinal);

    public override Guid GetGuid(int ordinal) => rows.GetGuid(ordinal);

    public override short GetInt16(int ordinal) => rows.GetInt16(ordinal);

    public override int GetInt32(int ordinal) => rows.GetInt32(ordinal);

    public override string GetDataTypeName(int ordinal) => rows.GetDataTypeName(ordinal);

    public override Type GetFieldType(int ordinal) => rows.GetFieldType(ordinal);

    public override string GetName(int ordinal) => rows.GetName(ordinal);

    public override int GetOrdinal(string name) => rows.GetOrdinal(name);

    public override IEnumerator GetEnumerator() => rows.GetEnumerator();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            rows.Dispose();
        }

        base.Dispose(disposing);
    }
}
