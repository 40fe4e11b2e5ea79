namespace Relay.Architecture;

/// <summary>Inside a room, folders refer to each other one way.</summary>
public sealed class FolderTests
{
    [Theory]
    [InlineData("Sessions", "Following")]
    [InlineData("Sockets", "WebSockets")]
    [InlineData("Server", "Connections")]
    public void Folders_refer_to_each_other_one_way(string room, string folder)
    {
        var directory = Path.Combine(House.Root, House.Rooms.Single(other => other.Name == room).Folders[0]);
        foreach (var areWhole in new[] { false, true })
        {
            var graph = FolderGraph.Of(directory, areWhole);
            Assert.Contains(folder, graph.Folders);
            Assert.Null(graph.FindCircle());
        }
    }

    [Fact]
    public void A_circle_is_found_by_names_of_types_and_by_using_lines()
    {
        Assert.NotNull(Graph(("a/A.cs", "class A { B b; }"), ("b/B.cs", "class B { A a; }")).FindCircle());
        Assert.NotNull(Graph(
            ("a/A.cs", "using R.B;\nnamespace R;\nclass A { }"),
            ("b/B.cs", "namespace R.B;\nclass B { A a; }")).FindCircle());
        Assert.NotNull(Graph(
            ("a/A.cs", "class A { B b; }"), ("b/B.cs", "class B { C c; }"), ("c/C.cs", "class C { A a; }"))
            .FindCircle());
    }

    [Fact]
    public void One_way_comments_and_members_are_no_circle()
    {
        var graph = Graph(
            ("a/A.cs", "class A { B b; }"), ("b/B.cs", "class B { int x; } // A"), ("b/D.cs", "class D { B.A a; }"));
        Assert.Null(graph.FindCircle());
        Assert.Equal(["b"], graph.UsedBy("a"));
    }

    private static FolderGraph Graph(params (string Path, string Text)[] files) =>
        new(files.ToDictionary(file => file.Path, file => (Path.GetDirectoryName(file.Path)!, file.Text)));
}
