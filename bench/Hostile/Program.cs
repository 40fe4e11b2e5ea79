using Relay.Bench.Hostile;
using Relay.Bench.Load;

const string Usage = """
    What hostile input costs a node: each input is sent to a node that is started for it, and a line of a table says how
    many bytes it has, processor time of the node, by how much its resident memory grew at the most, and is larger when
    it does nothing more, how long a question for its health waited at worst, and what part of the input was taken.
    Ratios are for what each server has taken.
      [--inputs PART_OF_A_NAME] [--percent OF_ITS_SIZE] [--rounds N] [--patience SECONDS]
      [--build ROOT_OF_ANOTHER_CHECKOUT]
      [--peer hocuspocus [--node PATH]]      the same inputs to the reference server of Hocuspocus, and the ratios
    """;
if (args.Contains("--help"))
{
    Console.WriteLine(Usage);
    return 0;
}

Peer.PinLoad();

// A node's runtime compiles again in the background what is called often, at any time: up to 20 ms of processor time,
// which would count for the input that is being measured. So nodes keep the code that they are built with.
Environment.SetEnvironmentVariable("DOTNET_TieredCompilation", "0");
var arguments = new Arguments(args);
var root = FindRoot();
var rounds = arguments.Number("rounds", 1);
var patience = TimeSpan.FromSeconds(arguments.Number("patience", 20));
var build = arguments.Option("build", root);
var node = arguments.Option("node", "node");
var compares = arguments.Option("peer", "") switch
{
    "" => false,
    "hocuspocus" => true,
    var other => throw new ArgumentException($"--peer: there is no {other}."),
};
var table = new Table(compares);
var percent = arguments.Number("percent", 100);
foreach (var whole in AllInputs.Named(arguments.Option("inputs", "")))
{
    var input = whole with { Size = Math.Max(1, (int)(whole.Size * (long)percent / 100)) };
    List<Figures> ours = [], theirs = [];
    long bytes = 0;
    for (var round = 0; round < rounds; round++)
    {
        using (var target = await Target.StartRelayAsync(build, input.Settings()))
        {
            (bytes, var figures) = await Measurement.RunAsync(target, input, patience);
            ours.Add(figures);
        }

        if (compares && input.IsForHocuspocus)
        {
            using var peer = await Target.StartHocuspocusAsync(root, node);
            theirs.Add((await Measurement.RunAsync(peer, input, patience)).Figures);
        }
    }

    table.Add(input.Name, bytes, ours, theirs);
}

return 0;

static string FindRoot()
{
    for (var directory = AppContext.BaseDirectory; directory is not null; directory = Path.GetDirectoryName(directory))
    {
        if (File.Exists(Path.Combine(directory, "Relay.sln")))
        {
            return directory;
        }
    }

    throw new InvalidOperationException("Run this from inside the repository.");
}
