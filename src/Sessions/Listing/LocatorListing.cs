using Relay.DocLocator;

namespace Relay.Sessions;

/// <summary>
/// This node's place in the locator for one document. A locator that cannot be reached delays no client: it is a short
/// cut, and this node is listed later. Belongs to the session's mailbox, except for <see cref="AddAsync"/>.
/// </summary>
internal sealed partial class LocatorListing
{
    private const int RemovalTries = 5;

    private readonly SessionContext context;
    private readonly IDocumentLocator locator;
    private readonly LateRemovals lateRemovals;
    private readonly IListingSession session;
    private readonly SessionTimer timer;
    private ListingStep step;
    private int failedRemovals;
    private int failedAdditions;

    public LocatorListing(
        SessionContext context, IDocumentLocator locator, LateRemovals lateRemovals, IListingSession session)
    {
        this.context = context;
        this.locator = locator;
        this.lateRemovals = lateRemovals;
        this.session = session;
        timer = context.Effects.Timer(this, static listing => listing.OnDue());
    }

    /// <summary>Whether this node may stand in the locator for the document.</summary>
    public bool MayBeListed => step is ListingStep.Listed or ListingStep.Returning;

    /// <summary>Whether a late addition is under way, after which a removal may begin.</summary>
    public bool IsAdding { get; private set; }

    /// <summary>Whether this node is out of the locator.</summary>
    public bool IsRemoved => step == ListingStep.Removed;

    /// <summary>A load begins, which calls <see cref="AddAsync"/>.</summary>
    public void Begin() => step = ListingStep.Listed;

    /// <summary>
    /// Adds this node to the document's holders. On any thread, as a part of the load.
    /// </summary>
    /// <returns>The other holders; null when the locator cannot be reached soon.</returns>
    public async ValueTask<IReadOnlyList<string>?> AddAsync(CancellationToken cancellation)
    {
        using var soon = new CancellationTokenSource(
            context.Settings.LocatorTimeout, context.Effects.Environment.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(soon.Token, cancellation);
        try
        {
            return await locator.AddAsync(context.Name, either.Token);
        }
        catch (Exception exception) when (!cancellation.IsCancellationRequested)
        {
            LogNotListed(context.Logger, exception, context.Name);
            return null;
        }
    }

    /// <summary>
    /// Adds this node again some time later, where that failed, or where an earlier removal may take effect after it.
    /// </summary>
    /// <param name="isListed">Whether this node was added now.</param>
    public void AddAgain(bool isListed)
    {
        if (!isListed)
        {
            AddLater();
        }
        else if (lateRemovals.Take(context.Name))
        {
            timer.Set(context.Settings.CallTimeout);
        }
    }

    /// <summary>Takes this node out of the locator, after the last snapshot.</summary>
    public void Remove()
    {
        failedRemovals = 0;
        timer.Clear();
        BeginRemoval();
    }

    /// <summary>A connection came while this node was leaving the locator: it is added again.</summary>
    public void Return()
    {
        if (step == ListingStep.Removed || (step == ListingStep.Removing && timer.IsSet))
        {
            timer.Clear();
            BeginReturn();
        }

        // Otherwise the end of the call that is under way sees that the session is wanted.
    }

    /// <summary>
    /// Takes this node out of the locator, if it may be there, when the session is freed. On any thread; no other call
    /// is under way then.
    /// </summary>
    public async ValueTask ReleaseAsync(CancellationToken cancellation)
    {
        if (!MayBeListed)
        {
            return;
        }

        try
        {
            await locator.RemoveAsync(context.Name, cancellation);
        }
        catch (Exception exception)
        {
            LogNotRemoved(context.Logger, exception, context.Name);
            lateRemovals.Add(context.Name);
        }
    }

    private void OnDue()
    {
        if (step == ListingStep.Removing)
        {
            BeginRemoval();
        }
        else if (step == ListingStep.Listed && !IsAdding)
        {
            IsAdding = true;
            context.Effects.StartHolding(
                context.Settings.CallTimeout,
                cancellation => locator.AddAsync(context.Name, cancellation),
                _ => OnAdded(null),
                OnAdded);
        }
    }

    private void OnAdded(Exception? failure)
    {
        IsAdding = false;
        if (failure is not null)
        {
            AddLater();
        }
        else
        {
            failedAdditions = 0;
        }

        session.OnAdditionEnded();
    }

    private void BeginRemoval()
    {
        step = ListingStep.Removing;
        context.Effects.StartHolding(
            context.Settings.CallTimeout,
            cancellation => locator.RemoveAsync(context.Name, cancellation),
            () => OnRemoved(null),
            OnRemoved);
    }

    private void OnRemoved(Exception? failure)
    {
        if (failure is not null)
        {
            LogNotRemoved(context.Logger, failure, context.Name);
            lateRemovals.Add(context.Name);
        }

        step = ListingStep.Removed;
        if (session.IsWanted)
        {
            BeginReturn();
        }
        else if (failure is not null && ++failedRemovals < RemovalTries)
        {
            step = ListingStep.Removing;
            timer.Set(
                context.Effects.Environment.Backoff(
                    failedRemovals, context.Settings.FirstRetry, context.Settings.LongestAppendRetry));
        }
        else
        {
            // It stays in the table if it could not be removed: other nodes that ask this one for the document hear
            // that it does not hold it.
            session.OnRemoved();
        }
    }

    private void BeginReturn()
    {
        step = ListingStep.Returning;
        context.Effects.StartHolding(
            context.Settings.LocatorTimeout,
            cancellation => locator.AddAsync(context.Name, cancellation),
            _ => OnReturned(null),
            OnReturned);
    }

    private void OnReturned(Exception? failure)
    {
        step = ListingStep.Listed;
        if (failure is not null)
        {
            LogNotListed(context.Logger, failure, context.Name);
        }

        AddAgain(isListed: failure is null);
        session.OnReturned();
    }

    private void AddLater() => timer.Set(
        context.Effects.Environment.Backoff(
            ++failedAdditions, context.Settings.FirstRetry, context.Settings.LongestRetry));
}
