using Xunit.Abstractions;

namespace Relay.Sessions;

/// <summary>
/// Stock clients that come, go, move, hide and send back whatever they hear, on lines and channels that lag and break.
/// Once all is delivered, everybody sees exactly those who are there, as they are, without waiting for a renewal.
/// </summary>
public sealed class PresenceModelTests(ITestOutputHelper output)
{
    private const int Runs = 100;

    [Theory]
    [InlineData(1, false)]
    [InlineData(3, false)]
    [InlineData(1, true)]
    [InlineData(3, true)]
    public void Everybody_sees_those_who_are_there(int nodes, bool tabsTalk)
    {
        var first = Environment.GetEnvironmentVariable("RELAY_TEST_SEED") is { } set
            ? int.Parse(set, System.Globalization.CultureInfo.InvariantCulture)
            : Environment.TickCount & 0xFFFFFF;
        output.WriteLine($"First seed: {first}");
        for (var seed = first; seed < first + Runs; seed++)
        {
            var trial = new PresenceTrial(seed, nodes, tabsTalk);
            try
            {
                trial.Run();
            }
            catch (Exception exception)
            {
                var which = $"Seed {seed} with {nodes} nodes{(tabsTalk ? ", tabs talk" : "")}";
                throw new InvalidOperationException($"{which}: {exception.Message}\n{trial.Story}", exception);
            }
        }
    }
}
