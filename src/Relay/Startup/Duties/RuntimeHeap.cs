using System.Runtime;

namespace Relay.Startup;

/// <summary>This process's.</summary>
internal sealed class RuntimeHeap : IHeap
{
    public long Allocated => GC.GetTotalAllocatedBytes(precise: false);

    public long Survived
    {
        get
        {
            var last = GC.GetGCMemoryInfo(GCKind.Any);
            return last.HeapSizeBytes - last.FragmentedBytes;
        }
    }

    public void Collect() => GC.Collect(GC.MaxGeneration, GCCollectionMode.Forced, blocking: false);

    public void Compact()
    {
        GCSettings.LargeObjectHeapCompactionMode = GCLargeObjectHeapCompactionMode.CompactOnce;
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
    }
}
