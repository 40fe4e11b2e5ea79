
namespace Relay.Yjs.Costs;

/// <summary>
/// No input of n bytes costs more than c · n · log n steps or k · n bytes, and none costs much more than twice as much
/// when it is twice as long. Steps are counted (<see cref="WorkMeter"/>), never timed.
/// </summary>
public sealed class GrowthTests(ITestOutputHelper output)
{
    private const int Shrink = 10;

    /// <summary>
    /// n · log n grows to 2.2 times here, and where one more of n ranges or blocks moves √n others
    /// (<see cref="ClockRanges"/>, <see cref="ClientBlocks"/>) to at most 2.8. What grows with the square gives 4.
    /// </summary>
    private const double MostGrowth = 2.8;
    private const double MostStepsPerByte = 5;
    private const long MostAllocatedPerByte = 256;

    /// <summary>
    /// What each input may allocate whatever its size: a small document of its own for what is new of it.
    /// </summary>
    private const long AllocatedAnyway = 4_096;

    public static TheoryData<string> Inputs => [.. AdverseInputs.All.Keys];

    [Theory]
    [MemberData(nameof(Inputs))]
    public void Work_grows_as_the_input_does(string name)
    {
        var (size, make) = AdverseInputs.All[name];
        var once = Measure(make, size / Shrink);
        var twice = Measure(make, 2 * size / Shrink);
        var steps = twice.Steps / (twice.Bytes * Math.Log2(twice.Bytes));
        var bytes = (double)twice.Allocated / twice.Bytes;
        var growth = (double)twice.Steps / once.Steps;
        output.WriteLine(
            $"{name}: {twice.Bytes} bytes, {twice.Steps} steps, {steps:F2} for each n log n, "
                + $"{growth:F2} times for twice "
            + $"as much; {bytes:F1} bytes allocated for each");
        Assert.InRange(growth, 0, MostGrowth);
        Assert.InRange(steps, 0, MostStepsPerByte);
        Assert.InRange(twice.Allocated, 0, (MostAllocatedPerByte * twice.Bytes) + (AllocatedAnyway * twice.Count));
    }

    /// <summary>Each becomes a block of its own, whose content is copied together with the others'.</summary>
    [Fact]
    public void A_value_whose_place_is_unknown_takes_few_steps()
    {
        const double Most = 5;
        var measured = Measure(AdverseInputs.All["values whose place is unknown"].Make, 10_000);
        var steps = measured.Steps / 10_000.0;
        output.WriteLine($"{steps:F2} steps a value");
        Assert.InRange(steps, 0, Most);
    }

    private static (long Bytes, int Count, long Steps, long Allocated) Measure(Func<int, AdverseInput> make, int size)
    {
        var input = make(size);
        var (steps, allocated) = (WorkMeter.Steps, GC.GetAllocatedBytesForCurrentThread());
        input.Run();
        return (input.Bytes, input.Count, WorkMeter.Steps - steps, GC.GetAllocatedBytesForCurrentThread() - allocated);
    }
}
