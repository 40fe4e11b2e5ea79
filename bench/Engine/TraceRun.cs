using System.Runtime.CompilerServices;
using Relay.Yjs;

namespace Relay.Bench.Engine;

/// <summary>
/// Answers one question in seconds: what does a trace cost, update by update, and how large is the document then?
/// </summary>
internal static class TraceRun
{
    public static void Print(List<ReadOnlyMemory<byte>> updates, int rounds)
    {
        Console.WriteLine($"{updates.Count:N0} updates, {updates.Sum(update => (long)update.Length):N0} bytes");
        for (var round = 1; round <= rounds; round++)
        {
            PrintRound(updates, round);
        }
    }

    /// <summary>A method of its own, so that no document of an earlier round is alive.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void PrintRound(List<ReadOnlyMemory<byte>> updates, int round)
    {
        var memoryBefore = GC.GetTotalMemory(forceFullCollection: true);
        var allocatedBefore = GC.GetAllocatedBytesForCurrentThread();
        var started = Environment.CpuUsage.TotalTime;
        var document = new YDocument();
        foreach (var update in updates)
        {
            if (!document.TryApply(update, out _, out var error))
            {
                throw new InvalidDataException(error.ToString());
            }
        }

        var applied = Environment.CpuUsage.TotalTime - started;
        var allocated = GC.GetAllocatedBytesForCurrentThread() - allocatedBefore;
        started = Environment.CpuUsage.TotalTime;
        var state = document.EncodeState();
        var encoded = Environment.CpuUsage.TotalTime - started;
        var memory = GC.GetTotalMemory(forceFullCollection: true) - memoryBefore - state.Length;
        Console.WriteLine(
            $"round {round}: {applied.TotalMicroseconds / updates.Count:F3} us of CPU and "
                + $"{allocated / (double)updates.Count:F1} B allocated an update; "
            + $"state {state.Length:N0} B in {encoded.TotalMilliseconds:F2} ms; document {memory:N0} B in memory");
        GC.KeepAlive(document);
    }
}
