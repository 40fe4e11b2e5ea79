using BenchmarkDotNet.Running;
using Relay.Bench.Engine;

// trace [FILE] [ROUNDS]: one trace in seconds; anything else goes to BenchmarkDotNet (for example --filter '*').
if (args is ["trace", .. var rest])
{
    var updates = rest is [var path, ..] ? EditTrace.Read(path) : EditTrace.Make(1, EditTrace.PaperEdits);
    TraceRun.Print(updates, rest is [_, var rounds] ? int.Parse(rounds, System.Globalization.CultureInfo.InvariantCulture) : 5);
}
else
{
    BenchmarkSwitcher.FromAssembly(typeof(EngineBenchmarks).Assembly).Run(args);
}
