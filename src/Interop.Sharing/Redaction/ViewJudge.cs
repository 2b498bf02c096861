using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Interop.Fhir;
using Interop.Fhir.Search.Index;
using Interop.Sharing.Policy;

namespace Interop.Sharing.Redaction;

/// <summary>
/// Writes the views of a resource and takes its index entries from them, so that a row is in the index at a tier exactly when
/// the view of the tier has its value.
/// </summary>
internal sealed class ViewJudge(
    ViewWriter writer,
    Func<ReadOnlyMemory<byte>, IReadOnlyList<IndexEntry>> extract,
    ResourceKey key,
    ViewNode?[] views,
    string? subject,
    IReadOnlyList<string> parties,
    Func<IReadOnlyCollection<ResourceKey>, IReadOnlySet<ResourceKey>> open)
{
    private const byte Own = (byte)Tier.Own;

    private readonly Dictionary<ViewNode, View> judged = [];
    private readonly Dictionary<IndexEntry, TierPair> tiers = [];
    private readonly Dictionary<(IndexEntry Entry, string Party), byte> partyTiers = [];
    private readonly Dictionary<string, IReadOnlyList<long>> ownViews = [];
    private readonly List<ResourceKey> required = [];
    private readonly HashSet<ResourceKey> asked = [];
    private readonly HashSet<ResourceKey> certain = [];

    public TierPair Tiers { get; private set; } = new(Own, Own);

    public IReadOnlyList<JudgedEntry> Entries { get; private set; } = [];

    public ViewHashes Hashes { get; private set; }

    /// <summary>The views of parties who each see something else: see <see cref="JudgedResource.OwnViews"/>.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<long>> OwnViews => ownViews;

    public IReadOnlyList<ResourceKey> Required => required;

    public void Run(ReadOnlyMemory<byte> body)
    {
        var hashes = new long[TypeRule.ViewCount];
        for (var index = views.Length - 1; index >= 0; index--)
        {
            if (views[index] is not { } node)
            {
                continue;
            }

            if (node.NamesCaller)
            {
                JudgeForParties(body, node, (byte)(index % 3 + 1));
            }
            else if (Judge(body, node, []) is { Hash: not 0 } view)
            {
                hashes[index] = view.Hash;
                Lower(view, (byte)(index % 3 + 1), index >= 3);
            }
        }

        foreach (var entry in extract(body))
        {
            tiers.TryAdd(entry, new(Own, Own));
        }

        Entries =
        [
            .. tiers.Select(pair => new JudgedEntry(pair.Key, pair.Value)),
            .. partyTiers.Select(pair => new JudgedEntry(pair.Key.Entry, new(Own, pair.Value)) { Party = pair.Key.Party }),
        ];
        Hashes = new(hashes[0], hashes[1], hashes[2], Hash(body.Span), hashes[3], hashes[4], hashes[5]);
    }

    // What names only who asks is another view for each party, with an index and a hash of its own, whomever else the resource names.
    private void JudgeForParties(ReadOnlyMemory<byte> body, ViewNode node, byte tier)
    {
        foreach (var party in parties)
        {
            judged.Clear();
            if (Judge(body, node, Encoding.UTF8.GetBytes(party)) is { Hash: not 0 } view)
            {
                Tiers = Lowered(Tiers, tier, isParty: true);
                var hashes = ownViews.TryGetValue(party, out var known) ? (long[])[.. known] : new long[3];
                hashes[tier - 1] = view.Hash;
                ownViews[party] = hashes;
                foreach (var entry in view.Entries)
                {
                    partyTiers[(entry, party)] = Math.Min(tier, partyTiers.GetValueOrDefault((entry, party), Own));
                }
            }
        }

        judged.Clear();
    }

    private void Lower(View view, byte tier, bool isParty)
    {
        Tiers = Lowered(Tiers, tier, isParty);
        foreach (var entry in view.Entries)
        {
            tiers[entry] = Lowered(tiers.GetValueOrDefault(entry, new(Own, Own)), tier, isParty);
        }
    }

    private static TierPair Lowered(TierPair pair, byte tier, bool isParty) => isParty
        ? pair with { Party = Math.Min(pair.Party, tier) }
        : pair with { Anyone = Math.Min(pair.Anyone, tier) };

    private View Judge(ReadOnlyMemory<byte> body, ViewNode node, byte[] caller)
    {
        if (judged.TryGetValue(node, out var known))
        {
            return known;
        }

        var bytes = Write(body, node, ReferenceMode.Keep, caller);
        if (bytes is null)
        {
            return judged[node] = new(0, 0, []);
        }

        foreach (var target in writer.Required)
        {
            if (!required.Contains(target))
            {
                required.Add(target);
            }
        }

        Ask(writer.References);

        var whole = Hash(bytes);
        if (judged.Values.FirstOrDefault(other => other.Whole == whole) is { } twin)
        {
            return judged[node] = twin;
        }

        var entries = writer.CanCascade ? Certain(body, node, bytes, caller) : extract(bytes);
        return judged[node] = new(CertainHash(body, node, whole, caller), whole, entries);
    }

    // The largest view is judged first and has all the references: the others have nothing to ask.
    private void Ask(IEnumerable<ResourceKey> references)
    {
        var targets = references.Where(target => writer.Tiers[target.Type].Kind == TypeKind.Directory && asked.Add(target)).ToList();
        if (targets.Count > 0)
        {
            certain.UnionWith(open(targets));
        }
    }

    // When a view changed is told to everyone who has it, so what only some of them see in it must not count: a reference whose
    // target is hidden from the caller would else move the time of an answer in which it does not stand.
    private long CertainHash(ReadOnlyMemory<byte> body, ViewNode node, long whole, byte[] caller) =>
        Write(body, node, ReferenceMode.Certain, caller) is { } bytes ? Hash(bytes) : whole;

    // Entries that do not hang on whether the target of a mandatory reference is visible, and the reference's own, which storage
    // judges by its target. The others of such an element come and go with the target, which the index cannot say: own only.
    private List<IndexEntry> Certain(ReadOnlyMemory<byte> body, ViewNode node, byte[] whole, byte[] caller)
    {
        var without = EntriesOf(body, node, ReferenceMode.HideMandatory, caller);
        var only = EntriesOf(body, node, ReferenceMode.HideOptional, caller);
        return [.. extract(whole).Where(entry => without.Contains(entry) || (entry is ReferenceEntry && only.Contains(entry)))];
    }

    private HashSet<IndexEntry> EntriesOf(ReadOnlyMemory<byte> body, ViewNode node, ReferenceMode mode, byte[] caller) =>
        Write(body, node, mode, caller) is { } bytes ? [.. extract(bytes)] : [];

    private byte[]? Write(ReadOnlyMemory<byte> body, ViewNode node, ReferenceMode mode, byte[] caller) =>
        writer.Write(body.Span, key, node, mode, subject, caller, certain) ? writer.Written.ToArray() : null;

    private static long Hash(ReadOnlySpan<byte> bytes)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(bytes, hash);
        var value = BinaryPrimitives.ReadInt64LittleEndian(hash);
        return value == 0 ? 1 : value;
    }

    /// <param name="Hash">Of what stands in the view for whoever has it; 0 for no view.</param>
    /// <param name="Whole">Of the view with all its references.</param>
    private sealed record View(long Hash, long Whole, IReadOnlyList<IndexEntry> Entries);
}
