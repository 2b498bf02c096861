namespace Interop.Server.ServiceDirectory.Hsds;

/// <summary>All records of one directory, by table, and how they belong together.</summary>
internal sealed class HsdsTables
{
    /// <summary>What stands in another table's record and does not belong to it alone.</summary>
    public static readonly IReadOnlySet<string> Independent =
        new HashSet<string> { "organization", "service", "location", "program", "taxonomy_term" };

    private readonly Dictionary<string, List<HsdsRecord>> tables = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Table, string Id), int> places = [];
    private readonly Dictionary<(string Table, string Key), ILookup<string, HsdsRecord>> lookups = [];

    public List<HsdsProblem> Problems { get; } = [];

    public IReadOnlyList<HsdsRecord> this[string table] => tables.TryGetValue(table, out var records) ? records : [];

    public int Count => tables.Values.Sum(records => records.Count);

    /// <summary>
    /// Adds a record. An organisation, service, location or term that was met before is the same one: of the two the fuller is kept.
    /// </summary>
    public void Add(HsdsRecord record)
    {
        if (!tables.TryGetValue(record.Table, out var records))
        {
            tables.Add(record.Table, records = []);
        }

        var known = record.Id is not null && Independent.Contains(record.Table)
            ? places.GetValueOrDefault((record.Table, record.Id), -1)
            : -1;
        if (known < 0)
        {
            places[(record.Table, record.Id ?? record.Where)] = records.Count;
            records.Add(record);
        }
        else if (record.Fields.Count > records[known].Fields.Count)
        {
            records[known] = record;
        }

        lookups.Clear();
    }

    /// <summary>The record under an id; null where there is none.</summary>
    public HsdsRecord? Find(string table, string? id) =>
        id is not null && places.TryGetValue((table, id), out var place) ? tables[table][place] : null;

    /// <summary>The records of a table that name one of another table.</summary>
    /// <param name="key">The field that holds its id, such as <c>service_id</c>.</param>
    public IEnumerable<HsdsRecord> Of(string table, string key, string? id)
    {
        if (id is null)
        {
            return [];
        }

        if (!lookups.TryGetValue((table, key), out var lookup))
        {
            lookup = this[table].Where(record => record[key] is not null).ToLookup(record => record[key]!, StringComparer.Ordinal);
            lookups.Add((table, key), lookup);
        }

        return lookup[id];
    }

    /// <exception cref="IOException">There is no such file or folder.</exception>
    public static HsdsTables Read(IEnumerable<string> paths)
    {
        var tables = new HsdsTables();
        foreach (var path in paths)
        {
            if (Directory.Exists(path))
            {
                foreach (var file in Directory.EnumerateFiles(path).Order(StringComparer.Ordinal))
                {
                    tables.ReadFile(file);
                }
            }
            else if (File.Exists(path))
            {
                tables.ReadFile(path);
            }
            else
            {
                throw new FileNotFoundException($"There is no file or folder {path}.");
            }
        }

        return tables;
    }

    private void ReadFile(string file)
    {
        switch (Path.GetExtension(file))
        {
            case ".csv":
                HsdsCsv.Read(file, this);
                break;
            case ".json" or ".ndjson":
                HsdsJson.Read(file, this);
                break;
        }
    }
}
