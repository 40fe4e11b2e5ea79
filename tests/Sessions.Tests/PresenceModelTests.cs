
namespace Relay.Sessions;

/// <summary>
/// Stock clients that come, go, move, hide and send back whatever they hear, on lines and channels that lag and break,
/// and an attacker among them.
/// Once all is delivered, everybody sees exactly those who are there, as they are, without waiting for a renewal.
/// </summary>
public sealed class PresenceModelTests(ITestOutputHelper output)
{
    private const int Runs = 100;

    [Theory]
    [InlineData(1, false, false)]
    [InlineData(3, false, false)]
    [InlineData(1, true, false)]
    [InlineData(3, true, false)]
    [InlineData(1, true, true)]
    [InlineData(3, false, true)]
    public void Everybody_sees_those_who_are_there(int nodes, bool tabsTalk, bool isAttacked)
    {
        var first = Environment.GetEnvironmentVariable("RELAY_TEST_SEED") is { } set
            ? int.Parse(set, System.Globalization.CultureInfo.InvariantCulture)
            : Environment.TickCount & 0xFFFFFF;
        output.WriteLine($"First seed: {first}");
        for (var seed = first; seed < first + Runs; seed++)
        {
            var trial = new PresenceTrial(seed, nodes, tabsTalk, isAttacked);
            try
            {
                trial.Run();
            }
            catch (Exception exception)
            {
                var course = (tabsTalk ? ", tabs talk" : "") + (isAttacked ? ", attacked" : "");
                var which = $"Seed {seed} with {nodes} nodes{course}";
                throw new InvalidOperationException($"{which}: {exception.Message}\n{trial.Story}", exception);
            }
        }
    }
}
