using Microsoft.Extensions.Logging;

namespace Relay.Backplane;

/// <summary>
/// Does what a node owes Redis again and again. A duty that fails is done again after its interval: lost messages would
/// stay lost without the duties.
/// </summary>
internal sealed partial class RedisDuties(TimeProvider time, ILogger logger)
{
    /// <summary>Does a duty after each interval, one at a time, until it is canceled.</summary>
    public async Task RepeatAsync(TimeSpan interval, Func<CancellationToken, Task> duty,
        CancellationToken cancellation)
    {
        using var timer = new PeriodicTimer(interval, time);
        while (await timer.WaitForNextTickAsync(cancellation))
        {
            try
            {
                await duty(cancellation);
            }
            catch (BackplaneUnavailableException e)
            {
                LogDutyWaits(e);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                // A bug.
                LogDutyFailed(e);
            }
        }
    }
}
