using BenchmarkDotNet.Running;
using Relay.Bench.Engine;

// trace [FILE] [ROUNDS]: one trace in seconds; adverse [ROUNDS] [PART OF A NAME]: inputs that should hurt; anything
// else goes to BenchmarkDotNet (for example --filter '*').
if (args is ["trace", .. var rest])
{
    var updates = rest is [var path, ..] ? EditTrace.Read(path) : EditTrace.Make(1, EditTrace.PaperEdits);
    TraceRun.Print(updates,
        rest is [_, var rounds] ? int.Parse(rounds, System.Globalization.CultureInfo.InvariantCulture) : 5);
}
else if (args is ["adverse", .. var chosen])
{
    AdverseRun.Print(chosen is [var count, ..] ? int.Parse(count,
        System.Globalization.CultureInfo.InvariantCulture) : 5, chosen is [_, var part] ? part : "");
}
else
{
    BenchmarkSwitcher.FromAssembly(typeof(EngineBenchmarks).Assembly).Run(args);
}
