using System.Xml.Linq;

namespace Relay.Architecture;

/// <summary>References point one way between projects.</summary>
public sealed class ArchitectureTests
{
    private static readonly Dictionary<string, Room> Samples = new()
    {
        ["Relay.Access.Grant"] = Named("Server"),
        ["Relay.Connections.CloseReason"] = Named("Server"),
        ["Relay.Sockets.SocketLoop"] = Named("Sockets"),
        ["Relay.Sessions.Outbox"] = Named("Sessions"),
        ["Relay.Backplane.LogEntry"] = Named("Backplane"),
        ["Relay.Yjs.YDocument"] = Named("Yjs"),
    };

    [Fact]
    public void Projects_refer_only_to_those_below_them()
    {
        var projects = House.Projects().ToList();
        Assert.NotEmpty(projects);
        foreach (var project in projects)
        {
            var room = House.Rooms.Single(room => room.Name == Path.GetFileNameWithoutExtension(project));
            Assert.All(ReferencesOf(project), reference => Assert.True(
                room.MayReferTo.Contains(reference), $"The project {room.Name} refers to {reference}."));
        }
    }

    /// <summary>What tests of several projects share stands below all of them.</summary>
    [Fact]
    public void Every_project_has_tests_that_refer_to_it_and_to_doubles_and_servers()
    {
        foreach (var room in House.Rooms)
        {
            var references = ReferencesOf(InTests($"{room.Name}.Tests", $"{room.Name}.Tests.csproj"));
            Assert.Contains(room.Name, references);
            Assert.Empty(references.Except([room.Name, "TestDoubles", "TestServers"]));
        }

        Assert.Equal(["Server"], ReferencesOf(InTests("doubles", "TestDoubles.csproj")));
        Assert.Empty(ReferencesOf(InTests("servers", "TestServers.csproj")));
    }

    [Fact]
    public void Files_refer_only_to_rooms_below_their_own()
    {
        var files = House.Sources().ToList();
        var homes = files
            .SelectMany(file => file.Types.Select(type => (Name: $"{file.Namespace}.{type}", House.Of(file.Path))))
            .DistinctBy(type => type.Name)
            .ToDictionary(type => type.Name, type => type.Item2);
        Assert.Superset(
            new HashSet<string> { "Yjs", "Backplane", "DocLocator", "Persistence", "Sessions", "Sockets" },
            homes.Values.Select(room => room.Name).ToHashSet());
        var breaches = files.SelectMany(file => House.Breaches(file, homes)).ToList();
        Assert.True(breaches.Count == 0, string.Join(Environment.NewLine, breaches));
    }

    [Theory]
    [InlineData("Sessions", "using Relay.Access;\nnamespace Relay.Sessions;\nclass P { Grant g; }")]
    [InlineData("Sessions", "using Relay.Access;\nnamespace Relay.Sessions;\nclass P { }")]
    [InlineData("Sessions", "namespace Relay.Sessions;\nclass P { Access.Grant g; }")]
    [InlineData("Sessions", "namespace Relay.Sessions;\nclass P { object g = Relay.Access.Grant.Everything; }")]
    [InlineData("Sessions", "using G = Relay.Access.Grant;\nnamespace Relay.Sessions;\nclass P { G g; }")]
    [InlineData("Sessions", "using static Relay.Access.Grant;\nnamespace Relay.Sessions;\nclass P { }")]
    [InlineData("Sockets", "namespace Relay.Sockets;\nclass P { Connections.CloseReason r; }")]
    [InlineData("Sockets",
        "using Relay.Connections;\nnamespace Relay.Sockets;\nclass P { string s = $\"{CloseReason.All}\"; }")]
    [InlineData("Sockets", "using Relay.Yjs;\nnamespace Relay.Sockets;\nclass P { YDocument d; }")]
    [InlineData("Yjs", "namespace Relay.Yjs;\nclass P { Backplane.LogEntry e; }")]
    public void A_reference_to_a_room_that_is_not_below_is_found(string room, string text) =>
        Assert.NotEmpty(House.Breaches(Planted(room, text), Samples));

    [Theory]
    [InlineData("Sessions", "using Relay.Yjs;\nnamespace Relay.Sessions;\nclass P { YDocument d; Outbox o; }")]
    [InlineData("Sessions", "namespace Relay.Sessions;\n/// <see cref=\"Access.Grant\"/>\nclass P { int Grant; }")]
    [InlineData("Sessions", "namespace Relay.Sessions;\nclass P { string s = \"Access.Grant\"; }")]
    [InlineData("Relay", "namespace Relay;\nclass P { Access.Grant g; Sockets.SocketLoop l; }")]
    public void A_reference_to_a_room_below_is_allowed(string room, string text) =>
        Assert.Empty(House.Breaches(Planted(room, text), Samples));

    /// <summary>Sessions know no wire: neither HTTP nor WebSockets nor their codes.</summary>
    [Fact]
    public void Sessions_use_no_library_of_the_network()
    {
        string[] network = ["Microsoft.AspNetCore", "System.Net.Http", "System.Net.WebSockets", "System.Net.Sockets"];
        var sessions = House.Sources().Where(file => House.Of(file.Path).Name == "Sessions").ToList();
        Assert.NotEmpty(sessions);
        Assert.Empty(
            from file in sessions
            from space in file.Usings
            where network.Any(forbidden => space.StartsWith(forbidden, StringComparison.Ordinal))
            select $"{file.Path} uses {space}.");
    }

    /// <summary>
    /// What a document is, its content says: no part knows the engine. Presence is no content, and has its own codec.
    /// </summary>
    [Fact]
    public void Sessions_know_the_engine_only_through_their_content()
    {
        string[] folders = ["src/Yjs/Document/", "src/Yjs/Update/", "src/Yjs/Restoring/"];
        var files = House.Sources().ToList();
        var engine = files
            .Where(file => folders.Any(folder => file.Path.StartsWith(folder, StringComparison.Ordinal)))
            .SelectMany(file => file.Types.Select(type => $"{file.Namespace}.{type}"))
            .Append("Relay.Yjs.YjsError")
            .ToHashSet();
        var knowing = files
            .Where(file => House.Of(file.Path).Name == "Sessions" && file.References(engine.Contains).Count > 0)
            .Select(file => Path.GetFileName(file.Path))
            .Order();
        Assert.Equal(["YjsContent.cs", "YjsContentKind.cs"], knowing);
    }

    /// <summary>The names of the projects that a project refers to.</summary>
    private static IReadOnlyList<string> ReferencesOf(string project) =>
    [
        .. XDocument.Load(project).Descendants("ProjectReference")
            .Select(reference => reference.Attribute("Include")!.Value.Replace('\\', '/'))
            .Select(path => Path.GetFileNameWithoutExtension(path)!),
    ];

    private static string InTests(string folder, string file) => Path.Combine(House.Root, "tests", folder, file);

    private static SourceFile Planted(string room, string text) => new(Named(room).Folders[0] + "/Planted.cs", text);

    private static Room Named(string name) => House.Rooms.Single(room => room.Name == name);
}
