using System.Runtime;
using System.Runtime.InteropServices;

namespace Relay.Startup;

/// <summary>This process's.</summary>
internal sealed partial class RuntimeHeap : IHeap
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
        if (OperatingSystem.IsLinux())
        {
            TrimNative();
        }
    }

    /// <summary>
    /// What the compiler, OpenSSL and the collector itself took from the C library and gave back to it: glibc keeps it
    /// for later, 5 MB after 50,000 documents (<c>bench/Load churn</c>). Other C libraries have no such call,
    /// and keep less.
    /// </summary>
    private static void TrimNative()
    {
        try
        {
            _ = malloc_trim(0);
        }
        catch (EntryPointNotFoundException)
        {
        }
    }

    [LibraryImport("libc")]
    private static partial int malloc_trim(nuint kept);
}
