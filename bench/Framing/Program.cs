using BenchmarkDotNet.Running;
using Relay.Bench.Framing;

BenchmarkSwitcher.FromAssembly(typeof(ReceiveBenchmarks).Assembly).Run(args);
