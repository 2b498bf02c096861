using ArchUnitNET.Domain;
using ArchUnitNET.Fluent.Slices;
using ArchUnitNET.Loader;
using ArchUnitNET.xUnit;
using Interop.Fhir;
using Interop.Sharing.Policy;
using Interop.Server.Routing;
using Interop.Storage;
using Interop.Storage.Read;
using Interop.Storage.Write;
using static ArchUnitNET.Fluent.ArchRuleDefinition;
using Assembly = System.Reflection.Assembly;

namespace Interop.Server.Tests.Architecture;

/// <summary>
/// Which room knows which: of whole projects by assembly, within a project by namespace. Beside a rule stands one that must not hold, as a
/// rule about nothing holds as well.
/// </summary>
public sealed class RoomsTests
{
    private const string Guard = @"^Interop\.Server\.Guard(\.|$)";

    private static readonly Assembly Fhir = typeof(ResourceKey).Assembly;
    private static readonly Assembly Sharing = typeof(SharingPolicy).Assembly;
    private static readonly Assembly Storage = typeof(ResourceStore).Assembly;
    private static readonly Assembly Hosting = typeof(SettingsException).Assembly;
    private static readonly Assembly Pages = typeof(Interop.Pages.PagesServices).Assembly;
    private static readonly Assembly Server = typeof(InteropServer).Assembly;

    private static readonly ArchUnitNET.Domain.Architecture Code =
        new ArchLoader().LoadAssemblies(Fhir, Sharing, Storage, Hosting, Pages, Server).Build();

    [Fact]
    public void What_judges_stored_and_sent_bytes_knows_no_classes_of_Firely()
    {
        Of(Fhir, Sharing, Storage).Should().NotDependOnAny(Outside(@"^Hl7\.Fhir(\.|$)")).Check(Code);
        Assert.False(Of(Server).Should().NotDependOnAny(Outside(@"^Hl7\.Fhir(\.|$)")).HasNoViolations(Code));
    }

    [Fact]
    public void A_project_knows_only_those_below_it()
    {
        Of(Fhir).Should().NotDependOnAny(Of(Sharing, Storage, Hosting, Server)).Check(Code);
        Of(Sharing).Should().NotDependOnAny(Of(Storage, Hosting, Server)).Check(Code);
        Of(Storage).Should().NotDependOnAny(Of(Hosting, Server)).Check(Code);
        Of(Hosting).Should().NotDependOnAny(Of(Fhir, Sharing, Storage, Server)).Check(Code);
        Assert.False(Of(Storage).Should().NotDependOnAny(Of(Fhir)).HasNoViolations(Code));
    }

    [Fact]
    public void Pages_know_nothing_of_rows_rules_and_guard_and_reach_them_by_requests_alone()
    {
        Of(Pages).Should().NotDependOnAny(Of(Fhir, Sharing, Storage, Server)).Check(Code);
        Assert.False(Of(Pages).Should().NotDependOnAny(Of(Hosting)).HasNoViolations(Code));
    }

    [Fact]
    public void Storage_knows_nothing_of_AspNetCore()
    {
        Of(Storage).Should().NotDependOnAny(Outside(@"^Microsoft\.AspNetCore(\.|$)")).Check(Code);
        Assert.False(Of(Server).Should().NotDependOnAny(Outside(@"^Microsoft\.AspNetCore(\.|$)")).HasNoViolations(Code));
    }

    [Fact]
    public void Folders_of_sharing_form_no_cycle() =>
        SliceRuleDefinition.Slices().Matching("Interop.Sharing.(*)").Should().BeFreeOfCycles().Check(Code);

    /// <summary>Every folder of the server but those that the guard may know: a new one is among them by itself.</summary>
    public static TheoryData<string> AboveTheGuard =>
    [
        .. Directory.EnumerateDirectories(Path.Combine(Repository.Root, "src", "Interop.Server")).Select(folder => Path.GetFileName(folder))
            .Except(["Authoring", "Guard", "Http", "Properties", "Routing", "Security", "Settings", "bin", "obj"]),
    ];

    [Fact]
    public void Folders_of_the_server_form_no_cycle() =>
        SliceRuleDefinition.Slices().Matching("Interop.Server.(*)").Should().BeFreeOfCycles().Check(Code);

    [Fact]
    public void Only_the_guard_holds_what_the_store_gives()
    {
        var given = Types().That().Are(typeof(ResourceRows), typeof(ReadSession), typeof(WriteSession), typeof(StoredResource));

        Of(Server).And().DoNotResideInNamespaceMatching(Guard).And().AreNot(typeof(InteropServer), typeof(Health))
            .Should().NotDependOnAny(given).Check(Code);
        Assert.False(Of(Server).Should().NotDependOnAny(given).HasNoViolations(Code));
    }

    [Theory]
    [MemberData(nameof(AboveTheGuard))]
    public void The_guard_knows_no_feature(string feature)
    {
        var guard = Types().That().ResideInNamespaceMatching(Guard);

        Assert.NotEmpty(Room(feature).GetObjects(Code));
        guard.Should().NotDependOnAny(Room(feature)).Check(Code);
        Assert.False(guard.Should().NotDependOnAny(Room("Security")).HasNoViolations(Code));

        static IObjectProvider<IType> Room(string name) => Types().That().ResideInNamespaceMatching($@"^Interop\.Server\.{name}(\.|$)");
    }

    private static ArchUnitNET.Fluent.Syntax.Elements.Types.GivenTypesConjunction Of(Assembly first, params Assembly[] more) =>
        Types().That().ResideInAssembly(first, more);

    private static IObjectProvider<IType> Outside(string namespaces) => Types(true).That().ResideInNamespaceMatching(namespaces);
}
