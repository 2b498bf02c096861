using System.Reflection;
using System.Text.Json;
using System.Text.RegularExpressions;
using Interop.Server.Accountability;
using Interop.Server.Conveyance;
using Interop.Server.Guard.Exports;
using Interop.Server.Guard.Tables;
using Interop.Server.Http;
using Interop.Server.Interactions;
using Interop.Server.Measures.Collecting;
using Interop.Server.Routing;
using Interop.Server.Subscriptions;
using Interop.Server.Summary;
using Interop.Server.Transparency;
using Interop.Sharing.Redaction;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Routing;

namespace Interop.Server.Tests.Guard;

/// <summary>
/// No way leads around the guard: the store is held in one folder, what leaves is a disclosure or of a type that its writer alone makes,
/// and every endpoint says what it does and for whom.
/// </summary>
public sealed partial class NoWayAroundTests
{
    private static readonly string Source = Path.Combine(Repository.Root, "src", "Interop.Server");

    /// <summary>What makes an answer out of anything.</summary>
    private static readonly Type[] Raw =
    [
        typeof(byte[]), typeof(ReadOnlyMemory<byte>), typeof(Memory<byte>), typeof(Stream), typeof(Utf8JsonWriter), typeof(JsonElement),
        typeof(JsonDocument), typeof(object),
    ];

    [Fact]
    public void The_store_and_what_it_gives_are_in_the_guard_alone()
    {
        string[] others = ["InteropServer.cs", Path.Combine("Routing", "Health.cs")];

        var found = Files()
            .Where(file => !file.StartsWith("Guard" + Path.DirectorySeparatorChar, StringComparison.Ordinal) && !others.Contains(file))
            .SelectMany(file => StoreTypes().Matches(Text(file)).Select(match => $"{file}: {match.Value}"));

        Assert.Empty(found);
    }

    [Fact]
    public void Nothing_but_Http_writes_an_answer()
    {
        string[] writers = ["Http" + Path.DirectorySeparatorChar, Path.Combine("Routing", "Health.cs")];

        var found = Files().Where(file => !writers.Any(writer => file.StartsWith(writer, StringComparison.Ordinal)))
            .SelectMany(file => Writing().Matches(Text(file)).Select(match => $"{file}: {match.Value}"));

        Assert.Empty(found);
    }

    [Fact]
    public void A_result_is_made_of_no_raw_bytes()
    {
        var makers = typeof(FhirResult).GetMembers(
            BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static | BindingFlags.Instance | BindingFlags.DeclaredOnly)
            .OfType<MethodBase>().Where(member => !member.IsPrivate);

        Assert.Empty(makers.SelectMany(
            maker => maker.GetParameters().Where(IsRaw).Select(parameter => $"{maker.Name}({parameter.ParameterType.Name})")));
        Assert.DoesNotContain(
            typeof(FhirResult).GetConstructors(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance),
            constructor => !constructor.IsPrivate);
    }

    [Fact]
    public void What_the_server_says_of_its_own_is_of_few_kinds()
    {
        string[] kinds =
        [
            "AccountingPage", "AuditEventDocument", "CapabilityStatement", "DataCollection", "ExportFile", "ExportManifest",
            "FieldDocument", "FigureTable", "IncidentEido", "IncidentReceipt", "Notification", "OperationOutput",
            "SmartConfigurationDocument", "SummaryDocument", "TableFile",
        ];

        var found = typeof(FhirResult).Assembly.GetTypes().Where(type => type.IsClass && typeof(IOwnAnswer).IsAssignableFrom(type));

        Assert.Equal(kinds, found.Select(type => type.Name).Order());
    }

    [Theory]
    [InlineData(typeof(Disclosure))]
    [InlineData(typeof(SeenResource))]
    [InlineData(typeof(Fhir.Terminology.TerminologyAnswer.Found))]
    [InlineData(typeof(SummaryDocument))]
    [InlineData(typeof(CapabilityStatement))]
    [InlineData(typeof(DataCollection))]
    [InlineData(typeof(ExportManifest))]
    [InlineData(typeof(AuditEventDocument))]
    [InlineData(typeof(AccountingPage))]
    [InlineData(typeof(ExportFile))]
    [InlineData(typeof(TableFile))]
    [InlineData(typeof(FigureTable))]
    [InlineData(typeof(SmartConfigurationDocument))]
    [InlineData(typeof(Notification))]
    [InlineData(typeof(IncidentEido))]
    public void What_leaves_is_made_by_its_writer_alone_and_not_changed_after(Type type)
    {
        var isOurs = type.Assembly == typeof(FhirResult).Assembly;
        var constructors = type.GetConstructors(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance);

        Assert.DoesNotContain(constructors, constructor => isOurs ? !constructor.IsPrivate : constructor.IsPublic);
        Assert.DoesNotContain(type.GetProperties(), property => property.SetMethod is { IsPublic: true });

        // Whoever may be asked for one from outside gives it for no bytes.
        var makers = type.Assembly.GetTypes().SelectMany(
            other => other.GetMethods(BindingFlags.Public | BindingFlags.Static | BindingFlags.Instance | BindingFlags.DeclaredOnly))
            .Where(method => method.ReturnType == type && (isOurs || method.DeclaringType!.IsVisible));
        Assert.Empty(makers.Where(maker => maker.GetParameters().Any(IsRaw)).Select(maker => $"{maker.DeclaringType!.Name}.{maker.Name}"));
    }

    [Fact]
    public async Task Every_endpoint_declares_its_interaction_and_only_a_few_answer_strangers()
    {
        var evaluation = Path.GetTempFileName();
        await File.WriteAllTextAsync(
            evaluation, """{"start":"2026-11","currency":"USD","costPerHour":{},"funding":{"municipal":1}}""");
        await using var server = await RunningServer.StartAsync(
            null, null, $"--Interop:Evaluation={evaluation}", "--Interop:PublicReports=true");
        File.Delete(evaluation);
        var endpoints = server.Endpoints.Cast<RouteEndpoint>().ToList();

        string[] health = ["/health/live", "/health/ready"];
        Assert.Equal(
            health,
            endpoints.Where(endpoint => endpoint.Metadata.GetMetadata<DeclaredInteraction>() is null)
                .Select(endpoint => endpoint.RoutePattern.RawText!).Order());
        Assert.Equal(
            [.. health.Concat(["/fhir/metadata", "/fhir/.well-known/smart-configuration", "/fhir/$subscriptions",
                "/fhir/Questionnaire/$open-survey", "/fhir/QuestionnaireResponse/$answer-survey",
                "/fhir/MeasureReport/$published", "/fhir/MeasureReport/$published-figures"]).Order()],
            endpoints.Where(IsOpen).Select(endpoint => endpoint.RoutePattern.RawText!).Order());
        Assert.All(endpoints, endpoint => Assert.Equal(IsOpen(endpoint), endpoint.Metadata.GetMetadata<PublicEndpoint>() is not null));
        Assert.True(endpoints.Count > 20);

        static bool IsOpen(RouteEndpoint endpoint) =>
            endpoint.Metadata.GetMetadata<IAllowAnonymous>() is not null || endpoint.Metadata.GetMetadata<IAuthorizeData>() is null;
    }

    private static bool IsRaw(ParameterInfo parameter) =>
        Raw.Contains(parameter.ParameterType) || typeof(Delegate).IsAssignableFrom(parameter.ParameterType);

    private static IEnumerable<string> Files() => Directory.EnumerateFiles(Source, "*.cs", SearchOption.AllDirectories)
        .Select(file => Path.GetRelativePath(Source, file))
        .Where(file => !file.StartsWith("obj", StringComparison.Ordinal));

    private static string Text(string file) => File.ReadAllText(Path.Combine(Source, file));

    [GeneratedRegex(@"\b(ResourceStore|ReadSession|WriteSession|StoredResource|StoredWrite|SeenResource|ResourceRows)\b|\w\.Rows\.")]
    private static partial Regex StoreTypes();

    [GeneratedRegex(@"\b(Results|TypedResults)\.\w+|Response\.Body\b|Response\.Write\w*|WriteAsJsonAsync")]
    private static partial Regex Writing();
}
